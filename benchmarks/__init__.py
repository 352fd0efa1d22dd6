"""Side-by-side measurements of `ablate run` and of what a user would do instead. `make bench` runs them."""
