"""How requests travel: the client, its patience, and errors in words."""
