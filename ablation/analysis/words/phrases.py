"""Parts of sentences: how a metric moves, within which interval."""

from __future__ import annotations

from ablation.analysis.effects import Comparison
from ablation.analysis.numbers import decimals_between, format_number


def number_texts(difference: float, low: float, high: float, margin: float | None) -> tuple[str, str, str]:
    """Return difference and interval as text, as precise as the interval allows."""
    size = margin or 0.0
    decimals = decimals_between(low, high, (0.0, size, -size))
    first, second, third = (format_number(number, decimals) for number in (difference, low, high))
    return first, second, third


def movement(difference: float, size: str | None = None) -> str:
    """Say "falls by 0.21"."""
    verb = "falls" if difference < 0 else "rises"
    return f"{verb} by {size or format_number(abs(difference))}" if difference else "does not change"


def directed(numbers: tuple[str, str, str], *, is_fall: bool) -> tuple[str, str, str]:
    """Turn the texts of a difference and its interval to sizes, all in the direction of the difference."""
    difference, low, high = (text.removeprefix("-") for text in numbers)
    return (difference, high, low) if is_fall else (difference, low, high)


def interval_phrase(low: str, high: str, seeds: int, comparison: Comparison) -> str:
    """Say "95 % interval 0.19 to 0.23, 5 of 5 seeds"."""
    return f"{percent(comparison)} interval {low} to {high}, {seeds} of {counted('seed', comparison.seeds)}"


def percent(comparison: Comparison) -> str:
    """Say "95 %"."""
    return f"{100 * comparison.confidence:.0f} %"


def counted(noun: str, count: int) -> str:
    """Say "1 seed", "2 seeds"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
