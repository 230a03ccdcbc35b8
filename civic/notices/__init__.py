"""Notices: what people are told of, written by the services that did it, in their transactions."""
