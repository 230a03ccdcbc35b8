"""Steadiness: the weekly bonus and the streak of weeks."""
