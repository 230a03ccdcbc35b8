"""Books and classics read."""
