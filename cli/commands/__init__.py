"""A module a command, or a group of them that share their work."""
