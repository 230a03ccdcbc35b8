"""The law of the game: pure functions on plain values, standard library only."""
