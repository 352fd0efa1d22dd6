"""Two runs side by side."""

from __future__ import annotations

from statistics import fmean

import pytest

from ablation.analysis import Comparison
from ablation.inspection import PublishedRun, contrast_runs
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


def judged_on_test_loss(run: PublishedRun, **others: Comparison) -> PublishedRun:
    """Return a run that compares test_loss, where every variant helps, and what it says on other metrics."""
    assert run.comparison is not None
    helps = tuple(effect.model_copy(update={"verdict": "helps"}) for effect in run.comparison.effects)
    own = run.comparison.model_copy(update={"metric": "test_loss", "margin": 0.5, "effects": helps})
    results = own.model_dump(mode="json") | {"others": {name: each.model_dump() for name, each in others.items()}}
    return run.model_copy(update={"comparison": own, "results": results})


def test_verdicts_are_on_the_compared_metric_where_the_runs_decide_by_others(runs: Store) -> None:
    first, second = read(runs, FIRST), read(runs, SECOND)
    assert first.comparison is not None and second.comparison is not None
    inconclusive = tuple(each.model_copy(update={"verdict": "inconclusive"}) for each in first.comparison.effects)
    on_val_loss = first.comparison.model_copy(update={"effects": inconclusive, "margin": None})
    contrast = contrast_runs(judged_on_test_loss(first, val_loss=on_val_loss), second)
    assert contrast.metric == "val_loss"
    assert contrast.variants[1].verdicts == ("inconclusive", second.comparison.effects[0].verdict)
    assert contrast.notes == (
        "the runs compare test_loss and val_loss: what follows is val_loss",
        f"{FIRST} judged val_loss without a margin",
    )


def test_verdict_of_a_run_that_says_nothing_on_the_compared_metric_is_left_out(runs: Store) -> None:
    contrast = contrast_runs(judged_on_test_loss(read(runs, FIRST)), read(runs, SECOND))
    assert contrast.variants[0].verdicts == ("baseline", "baseline")
    assert contrast.variants[1].verdicts[0] is None


def test_margin_is_that_of_the_run_that_decides_by_the_compared_metric(runs: Store) -> None:
    contrast = contrast_runs(read(runs, FIRST), judged_on_test_loss(read(runs, SECOND)))
    assert contrast.metric == "val_loss"
    compared = contrast.variants[1].comparison
    assert compared is not None and compared.margin == 0.01


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
