"""Decisions on entries."""
