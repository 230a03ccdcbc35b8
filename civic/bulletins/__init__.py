"""Bulletins: what an area did in a month, a quarter or a year, drafted by a job, published by two persons."""
