"""The page and the poster of a community."""
