"""Differences between trials as a person reads them: what a variant changes, and why a trial is not finished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ablation.pipeline import DifferenceRecord, Miss

_SHORT = 12
_DIGESTS = {"data": "the data", "code": "the code that trains"}


def values(difference: DifferenceRecord) -> str:
    """Say what stands at a place now, and before where it stood there."""
    if difference.change == "added":
        return _flow(difference.after)
    if difference.change == "removed":
        return _flow(difference.before)
    return f"{_flow(difference.before)} -> {_flow(difference.after)}"


def miss_lines(misses: tuple[Miss, ...]) -> Iterator[str]:
    """Yield what sets trials apart from the nearest finished ones, those alike in one line; nothing where none is."""
    by_reason: dict[tuple[str, str], list[int]] = {}
    for miss in misses:
        if miss.nearest_variant is not None:
            by_reason.setdefault((miss.variant, _reason(miss)), []).append(miss.seed)
    if by_reason:
        yield "\nTo train, beside the nearest finished trial:"
    for (variant, reason), seeds in by_reason.items():
        numbers = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
        yield f"  {variant} {numbers}: {reason}"


def _reason(miss: Miss) -> str:
    if not miss.spec and not miss.surroundings:
        return f"another seed than {miss.nearest_variant}'s"
    changes = [f"{each.path} {_MARK[each.change]}{values(each)}" for each in miss.spec]
    changes += [f"{_DIGESTS.get(name, name)} {_then_now(name, *pair)}" for name, pair in miss.surroundings.items()]
    return f"differs from {miss.nearest_variant} in {', '.join(changes)}"


_MARK = {"changed": "", "added": "+ ", "removed": "- "}


def _then_now(name: str, then: str, now: str) -> str:
    return f"{then[:_SHORT]} -> {now[:_SHORT]}" if name in _DIGESTS else f"{then} -> {now}"


def _flow(value: Any) -> str:
    if value is None:
        return "none"
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).removesuffix("\n...\n").strip()
