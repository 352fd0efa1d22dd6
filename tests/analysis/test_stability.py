"""Whether an effect is stable over the runs of a study."""

from __future__ import annotations

import itertools

import pytest

from ablation.analysis import effect_histories, move_sentence, stability_sentence
from ablation.records import RunEffect
from tests.summaries import effect, run, summary

IDS = ("20260101-aa", "20260102-bb", "20260103-cc", "20260104-dd")


def sentence(*effects: RunEffect) -> str:
    runs = [run(run_id, summary(each)) for run_id, each in zip(IDS, effects, strict=False)]
    (history,) = effect_histories(runs)
    return stability_sentence(history)


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        (
            (effect("l2", -0.19, trials="a"), effect("l2", -0.22, trials="b")),
            "l2: 2 runs agree: helps in all; from -0.22 to -0.19",
        ),
        (
            (
                effect("l2", -0.19, trials="a"),
                effect("l2", -0.20, trials="b"),
                effect("l2", 0.10, verdict="hurts", trials="c"),
            ),
            "l2: 3 runs do not agree: helps 2, hurts 1; from -0.20 to 0.10",
        ),
        ((effect("l2", -0.19, trials="a"),), "l2: one run: helps; -0.19; nothing to compare with yet"),
        (
            (effect("l2", -0.19, trials="a"), effect("l2", -0.19, trials="a")),
            "l2: 2 runs of the same trials: helps; -0.19; nothing to compare with yet",
        ),
        (
            (effect("l2", -0.19, trials="a"), effect("l2", -0.19, trials="a"), effect("l2", -0.2, trials="b")),
            "l2: 3 runs, 2 of them with trials of their own, agree: helps in all; from -0.20 to -0.19",
        ),
        (
            (effect("l2", None, verdict="no data", trials="a"), effect("l2", None, verdict="no data", trials="b")),
            "l2: 2 runs agree: no data in all",
        ),
    ],
)
def test_sentence_says_whether_runs_agree(effects: tuple[RunEffect, ...], expected: str) -> None:
    assert sentence(*effects) == expected


@pytest.mark.parametrize(
    ("before", "after", "is_move"),
    [
        (effect("l2", -0.20, trials="a"), effect("l2", -0.21, trials="b"), False),
        (effect("l2", -0.20, trials="a"), effect("l2", -0.30, trials="b"), True),
        (effect("l2", -0.03, trials="a"), effect("l2", -0.01, verdict="inconclusive", trials="b"), True),
        (effect("l2", -0.20, trials="a"), effect("l2", None, verdict="no data", trials="b"), True),
        (effect("l2", None, verdict="no data", trials="a"), effect("l2", None, verdict="no data", trials="b"), False),
    ],
)
def test_effect_moves_with_its_verdict_or_beyond_its_interval(
    before: RunEffect, after: RunEffect, is_move: bool
) -> None:
    (history,) = effect_histories([run(IDS[0], summary(before)), run(IDS[1], summary(after))])
    assert bool(history.moves) is is_move


def test_move_is_told_beside_the_last_run_of_other_trials() -> None:
    effects = [
        effect("l2", -0.20, trials="a"),
        effect("l2", -0.20, trials="a"),
        effect("l2", 0.10, verdict="hurts", trials="b"),
    ]
    (history,) = effect_histories([run(run_id, summary(each)) for run_id, each in zip(IDS, effects, strict=False)])
    ((before, after),) = history.moves
    assert (before.run_id, after.run_id) == (IDS[0], IDS[2])
    assert move_sentence(before, after) == "20260103-cc: helps → hurts (-0.20 → 0.10)"


def test_histories_do_not_depend_on_the_order_of_manifests() -> None:
    runs = [run(run_id, summary(effect("l2", -0.2, trials=run_id))) for run_id in IDS[:3]]
    assert len({repr(effect_histories(order)) for order in itertools.permutations(runs)}) == 1


def test_runs_on_another_metric_or_without_a_summary_are_left_out() -> None:
    runs = [
        run(IDS[0], summary(effect("l2", 0.9, trials="a"), metric="val_accuracy")),
        run(IDS[1], None),
        run(IDS[2], summary(effect("l2", -0.2, trials="b"))),
    ]
    (history,) = effect_histories(runs)
    assert [point.run_id for point in history.points] == [IDS[2]]


def test_variant_that_the_newest_run_left_out_keeps_its_history() -> None:
    runs = [
        run(IDS[0], summary(effect("dropout", -0.1, trials="a"), effect("l2", -0.2, trials="b"))),
        run(IDS[1], summary(effect("l2", -0.2, trials="c"))),
    ]
    assert [(each.variant, len(each.points)) for each in effect_histories(runs)] == [("l2", 2), ("dropout", 1)]
