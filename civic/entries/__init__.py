"""Acts that residents log, with their photos."""
