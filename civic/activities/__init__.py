"""The catalogue of what can be logged, and its point rules."""
