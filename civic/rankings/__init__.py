"""Leaderboards of residents and areas."""
