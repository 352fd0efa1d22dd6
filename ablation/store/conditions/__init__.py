"""Writers that take turns: conditional writes where the server enforces them, mutual exclusion elsewhere."""
