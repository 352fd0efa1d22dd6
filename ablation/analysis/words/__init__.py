"""The answer in words: the same on the terminal, in Prefect's artifact and on the page."""
