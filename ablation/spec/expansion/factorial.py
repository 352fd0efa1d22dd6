"""From factors and a design to variants: which combinations of levels run, in which order, under which names."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

from ablation.spec.designs import (
    AddOneIn,
    Design,
    Factor,
    Fractional,
    FullFactorial,
    LeaveOneOut,
    OneAtATime,
    Pairs,
    Switch,
)
from ablation.spec.expansion.changes import Change, ChangeSet, changes_at
from ablation.spec.expansion.fractions import fraction

MAX_VARIANTS = 10_000
MAX_NAME = 63
OFF, ON = "off", "on"

# The level of each factor, by the factor's name.
Combination = dict[str, str]


class DesignError(ValueError):
    """A design that these factors do not allow; says what to do."""


def expand_factors(document: Mapping[str, Any], factors: Mapping[str, Factor], design: Design) -> list[ChangeSet]:
    """Return one set of changes for each combination that the design asks for, the baseline first.

    Raises:
        DesignError: The design asks for too many variants, or for factors of two levels.
    """
    levels = {name: _levels(factor) for name, factor in factors.items()}
    combinations = _combinations(design, levels)
    if len(combinations) > MAX_VARIANTS:
        raise DesignError(
            f"{len(combinations):,} variants are more than {MAX_VARIANTS:,}; use fewer factors or levels."
        )
    return [
        ChangeSet(_name(combination, design, levels), _changes(document, factors, combination), combination)
        for combination in combinations
    ]


def _levels(factor: Factor) -> tuple[str, ...]:
    return (OFF, ON) if isinstance(factor, Switch) else tuple(factor.levels)


def _changes(
    document: Mapping[str, Any], factors: Mapping[str, Factor], combination: Combination
) -> tuple[Change, ...]:
    found: list[Change] = []
    for name, level in combination.items():
        if not isinstance(factors[name], Switch):
            found.extend(changes_at(document, ("factors", name, "levels", level)))
        elif level == ON:
            found.extend(changes_at(document, ("factors", name, "set")))
    return tuple(found)


def _all_at(levels: Mapping[str, Sequence[str]], index: int) -> Combination:
    return {name: of[index] for name, of in levels.items()}


@singledispatch
def _combinations(design: Design, levels: Mapping[str, Sequence[str]]) -> list[Combination]:
    raise TypeError(f"no combinations for {type(design).__name__}")


@_combinations.register
def _(design: FullFactorial, levels: Mapping[str, Sequence[str]]) -> list[Combination]:
    count = math.prod(len(of) for of in levels.values())
    if count > MAX_VARIANTS:
        raise DesignError(f"{count:,} variants are more than {MAX_VARIANTS:,}; use fewer factors, or a fraction.")
    return [dict(zip(levels, combination, strict=True)) for combination in itertools.product(*levels.values())]


@_combinations.register
def _(design: LeaveOneOut, levels: Mapping[str, Sequence[str]]) -> list[Combination]:
    everything = _all_at(levels, -1)
    return [everything, *(everything | {name: of[0]} for name, of in levels.items())]


@_combinations.register
def _(design: AddOneIn, levels: Mapping[str, Sequence[str]]) -> list[Combination]:
    nothing = _all_at(levels, 0)
    return [nothing, *(nothing | {name: of[-1]} for name, of in levels.items())]


@_combinations.register
def _(design: OneAtATime, levels: Mapping[str, Sequence[str]]) -> list[Combination]:
    reference = _all_at(levels, 0)
    return [reference, *(reference | {name: level} for name, of in levels.items() for level in of[1:])]


@_combinations.register
def _(design: Pairs, levels: Mapping[str, Sequence[str]]) -> list[Combination]:
    nothing, everything = _all_at(levels, 0), _all_at(levels, -1)
    chosen = itertools.chain.from_iterable(itertools.combinations(levels, size) for size in (0, 1, 2))
    return [nothing | {name: everything[name] for name in names} for names in chosen]


@_combinations.register
def _(design: Fractional, levels: Mapping[str, Sequence[str]]) -> list[Combination]:
    if too_many := [name for name, of in levels.items() if len(of) != 2]:
        raise DesignError(f"A fractional design takes factors of two levels; more: {', '.join(too_many)}.")
    runs = fraction(len(levels), design.resolution)
    if runs is None:
        raise DesignError(
            f"No fraction of resolution {design.resolution} is smaller than all combinations of factors, "
            f"of which there are {len(levels)}. Use full_factorial{' or a lower resolution' * (design.resolution > 3)}."
        )
    return [{name: of[run[index]] for index, (name, of) in enumerate(levels.items())} for run in runs]


def _name(combination: Combination, design: Design, levels: Mapping[str, Sequence[str]]) -> str:
    """Name a combination by what is not at its first level; in a leave-one-out study by what is left out."""
    if isinstance(design, LeaveOneOut):
        left_out = [name for name, level in combination.items() if level != levels[name][-1]]
        return f"without_{left_out[0]}" if left_out else "all"
    parts = [
        name if levels[name] == (OFF, ON) else f"{name}.{level}"
        for name, level in combination.items()
        if level != levels[name][0]
    ]
    name = "-".join(parts) or "none"
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
