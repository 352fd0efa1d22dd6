"""The `ablate` command. Light to import: every trial's process imports it again."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from cli.app import app

    app()
