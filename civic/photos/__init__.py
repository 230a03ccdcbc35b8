"""What photos show of people: covering parts of them, opening an original, and asking to be covered."""
