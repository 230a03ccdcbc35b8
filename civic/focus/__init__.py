"""The week's focus: up to three activities that a community does together this week."""
