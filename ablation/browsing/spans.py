"""The part of a file that a request asks for.

Source: RFC 9110, HTTP Semantics, 14.
"""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


class SpanImpossible(Exception):
    """None of the bytes that are asked for are there."""


def span_of(header: str | None, length: int) -> tuple[int, int] | None:
    """Return the first and the last byte that a Range header asks for; None: the whole file.

    Several ranges at once, other units and what is no range at all are answered with the whole file, as the standard
    allows.

    Args:
        header: Its value.
        length: Of the file, in bytes.

    Raises:
        SpanImpossible: The file ends before the range begins.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, last = max(0, length - int(found[2])), length - 1
    else:
        first, last = int(found[1]), min(int(found[2] or length - 1), length - 1)
        if found[2] and int(found[2]) < int(found[1]):
            return None
    if first > last:
        raise SpanImpossible
    return first, last
