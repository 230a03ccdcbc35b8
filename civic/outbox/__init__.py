"""The resident's phone: the list of what waits on it, the worker that opens pages without a network, installing."""
