"""My data: taking it all along, and leaving for good."""
