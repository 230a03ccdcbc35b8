"""Administration on the web: jobs, grants, switches, areas. The verbs are those of the rooms that own them."""
