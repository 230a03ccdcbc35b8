"""A child in its guardian's session: its own page, and taking out everything that names it."""
