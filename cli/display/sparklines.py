"""A curve in one line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

BLOCKS: Final = "▁▂▃▄▅▆▇█"
PLAIN: Final = "_.-:=+*#"
GAP: Final = " "


def sparkline(
    values: Sequence[float | None], low: float, high: float, *, width: int, encoding: str, is_log: bool = False
) -> str:
    """Draw a curve with one character an epoch, or one for several where it is longer than the line.

    Args:
        values: By epoch; None is a gap.
        low: Drawn as the lowest character.
        high: Drawn as the highest one.
        width: Characters there are.
        encoding: Of where it is printed; one without block characters gets ASCII.
        is_log: Whether equal ratios are equal heights; all values are then above 0.
    """
    levels = BLOCKS if _can_encode(BLOCKS, encoding) else PLAIN
    scaled = [math.log(value) if is_log and value is not None else value for value in values]
    ends = (math.log(low), math.log(high)) if is_log else (low, high)
    return "".join(_level(value, *ends, levels) for value in _fitted(scaled, width))


def _fitted(values: Sequence[float | None], width: int) -> list[float | None]:
    """Average neighbours, so that no more than `width` values are left."""
    count = min(len(values), max(width, 1))
    edges = [place * len(values) // count for place in range(count + 1)] if count else []
    return [_mean(values[first:last]) for first, last in pairwise(edges)]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _level(value: float | None, low: float, high: float, levels: str) -> str:
    if value is None:
        return GAP
    share = (value - low) / (high - low) if high > low else 0.0
    return levels[min(len(levels) - 1, max(0, int(share * len(levels))))]


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
