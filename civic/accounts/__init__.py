"""People: joining, signing in, grants, families."""
