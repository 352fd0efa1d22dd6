"""When and how much trials overfit, in numbers and in words."""
