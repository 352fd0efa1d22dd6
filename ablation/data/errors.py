"""What can go wrong with data."""

from __future__ import annotations


class DataError(Exception):
    """A dataset that cannot be had or is not what it should be; the message says what, where, got, do.

    Args:
        message: For the person who runs the study.
        is_temporary: Whether the same attempt may work a little later, e.g. after a broken connection.
    """

    def __init__(self, message: str, *, is_temporary: bool = False) -> None:
        super().__init__(message)
        self.is_temporary = is_temporary


class DataUnavailable(DataError):
    """A dataset that no source could give."""
