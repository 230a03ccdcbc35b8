"""The inbox: notices in words, with the way to what each is about."""
