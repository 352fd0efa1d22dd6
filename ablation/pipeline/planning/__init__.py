"""Before anything trains: the plan of a run, what it finds cached, what it will cost."""
