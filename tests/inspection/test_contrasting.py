"""Two runs side by side."""

from __future__ import annotations

from statistics import fmean

import pytest

from ablation.inspection import contrast_runs
from ablation.store import Store
from tests.inspection.conftest import DIFFERENT, FIRST, OTHER, SECOND, read


def test_variants_are_compared_by_seed_where_both_runs_have_trials_of_their_own(runs: Store) -> None:
    contrast = contrast_runs(read(runs, FIRST), read(runs, SECOND))
    found = {each.variant: each for each in contrast.variants}
    differences = [1.2 - 0.8, 1.4 - 0.9]
    assert (found["l2"].pairs, found["l2"].shared) == (2, 0)
    assert found["l2"].difference == pytest.approx(fmean(differences))
    assert found["l2"].means == pytest.approx((0.85, 1.3))
    assert found["l2"].low is not None and found["l2"].high is not None
    assert found["l2"].low < fmean(differences) < found["l2"].high
    assert found["original"].difference == 0.0
    assert contrast.only == ((), ("dropout",))
    assert (contrast.metric, contrast.direction) == ("val_loss", "min")


def test_what_the_runs_come_from_is_compared(runs: Store) -> None:
    contrast = contrast_runs(read(runs, FIRST), read(runs, SECOND))
    assert [str(change) for change in contrast.origins] == ["training.epochs: 20 -> 30"]
    assert contrast.changes == {}
    assert contrast.notes == ()


def test_verdicts_of_both_runs_stand_side_by_side(runs: Store) -> None:
    first, second = read(runs, FIRST), read(runs, SECOND)
    assert first.comparison is not None and second.comparison is not None
    (found,) = [each for each in contrast_runs(first, second).variants if each.variant == "l2"]
    assert found.verdicts == (first.comparison.effects[0].verdict, second.comparison.effects[0].verdict)
    assert contrast_runs(first, second).variants[0].verdicts == ("baseline", "baseline")


def test_trials_that_both_runs_show_are_shared_and_not_compared(runs: Store) -> None:
    contrast = contrast_runs(read(runs, FIRST), read(runs, OTHER))
    shared = {each.variant: (each.shared, each.pairs, each.difference) for each in contrast.variants}
    assert shared == {"original": (3, 0, None), "l2": (2, 0, None)}
    assert contrast.origins == ()


def test_runs_of_two_studies_are_compared_by_name_and_say_what_cannot_be(runs: Store) -> None:
    contrast = contrast_runs(read(runs, FIRST), read(runs, DIFFERENT, "mnist"))
    assert contrast.metric is None
    assert [(each.variant, each.pairs, each.difference) for each in contrast.variants] == [("original", 0, None)]
    assert contrast.notes == (
        "the runs are of two studies, imdb and mnist: their variants are compared by name",
        "the runs have no metric in common that one of them compares: val_loss and test_loss",
        "the data differ: a difference between the runs is one of data as well",
    )
