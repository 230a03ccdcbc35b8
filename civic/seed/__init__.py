"""The demo city: a small recognisable place made through the services, as its people would have made it."""
