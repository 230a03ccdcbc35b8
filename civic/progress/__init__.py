"""Levels, stars and badges: what a resident's own acts have grown to."""
