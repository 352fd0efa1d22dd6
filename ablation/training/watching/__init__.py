"""What is known of a training while it runs, and what acts on it."""
