"""Tests of paired differences, and what is left of them when many are made.

Differences that are all equal have no spread to judge by: a t test would be certain of them with two seeds, though a
metric of few possible values is equal by chance. Then the exact test decides instead.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ablation.analysis.inference.intervals import has_no_spread

# 2^16 sign patterns are a moment's work; of more pairs some are drawn.
MOST_ENUMERATED = 16
DRAWN = 9999

Name = TypeVar("Name")


def t_test(differences: Sequence[float]) -> float | None:
    """Return the two-sided p value of the paired t test of no difference; None with fewer than two pairs."""
    if len(differences) < 2:
        return None
    if has_no_spread(differences):
        return sign_flip_test(differences)
    return min(1.0, 2 * _upper_tail(abs(statistics.fmean(differences)), differences))


def sign_flip_test(differences: Sequence[float]) -> float | None:
    """Return the two-sided p value of the sign-flip test of no difference; None without a pair.

    Exact up to MOST_ENUMERATED pairs: the share of the 2^n ways to flip signs whose mean is at least as far from 0. It
    takes differences to be symmetric and nothing else, and cannot go below 2 / 2^n: 0.0625 with 5 pairs.

    Of more pairs it is estimated from patterns drawn at random, the same at every call, and never 0.

    Source: Fisher, The Design of Experiments (1935), section 21; Phipson and Smyth (2010) for the drawn ones.
    """
    if not differences:
        return None
    import numpy as np

    pairs, is_exact = len(differences), len(differences) <= MOST_ENUMERATED
    if is_exact:
        # The first sign is kept: a pattern and its mirror image are equally far from 0.
        signs = 1 - 2 * ((np.arange(2 ** (pairs - 1))[:, None] >> np.arange(pairs)) & 1)
    else:
        signs = np.random.default_rng(0).choice((-1, 1), size=(DRAWN, pairs))
    sums = np.abs(signs @ np.array(differences))
    # What is equal but for rounding counts as equal: metrics with few values have many ties.
    rounding = 1e-12 * float(np.abs(differences).sum())
    count = int(np.sum(sums >= abs(math.fsum(differences)) - rounding))
    return count / len(signs) if is_exact else (count + 1) / (DRAWN + 1)


def equivalence_test(differences: Sequence[float], margin: float | None) -> float | None:
    """Return the p value of the two one-sided t tests (TOST): small where the mean is inside (-margin, +margin).

    Returns:
        The larger p value of the two tests; None without a margin or with fewer than two pairs.

    Source: Schuirmann (1987); Lakens, Equivalence Tests (2017).
    """
    if not margin or len(differences) < 2:
        return None
    distance = margin - abs(statistics.fmean(differences))
    if has_no_spread(differences):
        return 0.5 ** len(differences) if distance > 0 else 1.0
    return _upper_tail(distance, differences)


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Adjust p values so that with all of them below 5 % no more than 5 % of studies reject anything that is true.

    Source: Holm, A Simple Sequentially Rejective Multiple Test Procedure (1979).
    """
    adjusted: dict[Name, float] = {}
    highest = 0.0
    for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = highest
    return adjusted


def _upper_tail(distance: float, differences: Sequence[float]) -> float:
    """Return how likely a t value is at least as large as that of a mean at this distance."""
    from scipy.special import stdtr

    pairs = len(differences)
    return float(stdtr(pairs - 1, -distance / (statistics.stdev(differences) / math.sqrt(pairs))))
