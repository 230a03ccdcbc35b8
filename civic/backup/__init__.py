"""Backups of a running city, and the way back from one."""
