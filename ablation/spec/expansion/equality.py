"""Variants that would train another one under a second name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablation.spec.expansion.identity import canonical_json
from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.problems import Problem
from ablation.spec.trials import Variant


def equal_variants(variants: Sequence[Variant], baseline: str, document: Document) -> list[Problem]:
    """Return what is wrong with, or to be known of, variants that are equal.

    Equal to the baseline is an error, where the changes of the variant or of one factor alone are to blame. Otherwise
    it is a warning: combinations of factors may agree, and such trials are trained once.
    """
    by_spec: dict[bytes, list[Variant]] = {}
    for variant in variants:
        by_spec.setdefault(canonical_json(variant.spec), []).append(variant)
    return [problem for equal in by_spec.values() for problem in _problems(equal, baseline, document)]


def _problems(equal: Sequence[Variant], baseline: str, document: Document) -> Iterator[Problem]:
    original = next((variant for variant in equal if variant.name == baseline), equal[0])
    for twin in equal:
        if twin is original:
            continue
        differing = [name for name, level in twin.levels.items() if level != original.levels.get(name)]
        location = _place(twin, differing, document)
        where, mark = ".".join(map(str, location)), document.mark(location)
        if original.name == baseline and len(differing) <= 1:
            hint = "Change something in it, or remove it: it would train the baseline under another name."
            yield Problem(mark, where, f"is equal to the baseline {original.name}", hint)
        else:
            message = f"{twin.name} is equal to {original.name}" if twin.levels else f"is equal to {original.name}"
            yield Problem(mark, where, message, "It is trained once and stands for both.", "warning")


def _place(twin: Variant, differing: Sequence[str], document: Document) -> Location:
    """Return where the variant is written, or the level of the one factor that is to blame."""
    if not twin.levels:
        return ("variants", twin.name)
    if len(differing) != 1:
        return ("factors",)
    level: Location = ("factors", differing[0], "levels", twin.levels[differing[0]])
    return level if document.at(level) is not None else level[:2]
