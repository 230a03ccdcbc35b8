"""The list of privileged acts: who did what in office, about what, when. Lines are added and never changed."""
