"""Taking in what residents log: the pages for it, and the one way in that pages and API share."""
