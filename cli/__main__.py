"""`python -m cli` is `ablate`."""

from cli import main

if __name__ == "__main__":
    main()
