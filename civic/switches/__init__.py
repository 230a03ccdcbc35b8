"""Switches that whoever runs the city turns: a setting of the environment is the first value, the latest turn rules."""
