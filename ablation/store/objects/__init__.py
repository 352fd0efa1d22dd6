"""Objects under keys: the store itself, its files, their types and caching."""
