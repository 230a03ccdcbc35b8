"""Dashboards of areas and the wall screen: figures compiled every few minutes, read in a few rows."""
