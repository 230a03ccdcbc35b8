"""Signed promises and their kept days."""
