"""A synthetic city of any size for measurements: straight into the tables, then counted and compiled by the product."""
