"""Groups that score together: families, classes, workplaces, service windows, volunteer groups, collectives."""
