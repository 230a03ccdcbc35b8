"""Measurements: the product beside the same work written by hand, in one run on the same rows and engine."""
