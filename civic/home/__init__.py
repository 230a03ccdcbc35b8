"""The landing page, the resident's home, and the pages every product needs."""
