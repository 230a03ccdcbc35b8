"""The official tree of places: cities, districts, subdistricts, communities."""
