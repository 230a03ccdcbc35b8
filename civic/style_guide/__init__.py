"""The style guide: every component in all its states, on one page."""
