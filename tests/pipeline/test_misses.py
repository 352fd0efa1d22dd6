"""The cache matrix: what is trained again, and what `ablate plan` says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ablation.pipeline import PastTrial, plan_run
from ablation.pipeline.planning.misses import Miss, find_misses
from ablation.pipeline.records import PlannedTrial
from ablation.records import TrialOutcome
from ablation.spec import load_study
from tests.conftest import TINY


def planned(directory: Path, text: str = TINY, *overrides: str) -> tuple[PlannedTrial, ...]:
    (directory / "study.yaml").write_text(text, encoding="utf-8")
    return plan_run(load_study(directory / "study.yaml", overrides=overrides), "plan").trials


def finished(trials: tuple[PlannedTrial, ...]) -> tuple[PastTrial, ...]:
    return tuple(
        PastTrial(
            each,
            TrialOutcome(
                variant=each.trial.variant, seed=each.trial.seed, fingerprint=each.fingerprint, status="trained"
            ),
        )
        for each in trials
    )


def trained_again(before: tuple[PlannedTrial, ...], after: tuple[PlannedTrial, ...]) -> list[str]:
    return [f"{miss.variant} {miss.seed}" for miss in find_misses(after, finished(before))]


EVERYTHING = ["baseline 0", "baseline 1", "l2 0", "l2 1"]
MATRIX: dict[str, tuple[str, tuple[str, ...], list[str]]] = {
    "nothing": (TINY, (), []),
    "a_comment": (TINY + "# a comment\n", (), []),
    "name_of_the_study": (TINY.replace("study: tiny", "study: other"), (), []),
    "name_of_a_variant": (TINY.replace("  l2:", "  weight_decay:"), (), []),
    "runtime": (TINY, ("runtime={workers: 1, threads: 1}",), []),
    "comparison": (TINY, ("compare.metric=test_accuracy",), []),
    "default_written_out": (TINY, ("training.metrics=[accuracy]", "training.optimizer.momentum=0.0"), []),
    "one_variant": (TINY.replace("0.01", "0.02"), (), ["l2 0", "l2 1"]),
    "a_new_seed": (TINY, ("seeds=[0, 1, 2]",), ["baseline 2", "l2 2"]),
    "training_of_all": (TINY, ("training.epochs=3",), EVERYTHING),
    "data_of_all": (TINY, ("data.subset.train=99",), EVERYTHING),
}


@pytest.mark.parametrize("name", MATRIX)
def test_change_of_a_spec_trains_again_what_it_touches(tmp_path: Path, name: str) -> None:
    text, overrides, expected = MATRIX[name]
    assert trained_again(planned(tmp_path), planned(tmp_path, text, *overrides)) == expected


@pytest.mark.parametrize(
    ("around", "said"),
    [
        ({"dataset_sha256": "c" * 64}, "data"),
        ({"code_sha256": "c" * 64}, "code"),
        ({"versions": {"keras": "0.0.0"}}, "keras"),
    ],
)
def test_other_data_code_or_version_trains_everything_again_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, around: dict[str, Any], said: str
) -> None:
    before = planned(tmp_path)
    here = before[0].surroundings
    monkeypatch.setattr("ablation.pipeline.planning.plans.surroundings", lambda dataset: here.model_copy(update=around))
    misses = find_misses(planned(tmp_path), finished(before))
    assert [f"{miss.variant} {miss.seed}" for miss in misses] == EVERYTHING
    for miss in misses:
        assert (miss.nearest_variant, miss.nearest_seed, miss.spec) == (miss.variant, miss.seed, ())
        assert said in miss.surroundings


def test_trial_is_beside_the_finished_one_that_differs_in_the_fewest_places(tmp_path: Path) -> None:
    before = planned(tmp_path)
    after = planned(tmp_path, TINY.replace("0.01", "0.02"))
    miss = find_misses(after, finished(before))[0]
    assert (miss.variant, miss.seed, miss.nearest_variant, miss.nearest_seed) == ("l2", 0, "l2", 0)
    assert [each.path for each in miss.spec] == ["model.layers.hidden.kernel_regularizer.factor"]
    assert (miss.spec[0].before, miss.spec[0].after) == (0.01, 0.02)


def test_trial_of_a_new_seed_differs_in_nothing_else(tmp_path: Path) -> None:
    miss = find_misses(planned(tmp_path, TINY, "seeds=[7]"), finished(planned(tmp_path)))[0]
    assert (miss.nearest_variant, miss.spec, miss.surroundings, miss.parts) == ("baseline", (), {}, 1)


def test_trial_without_a_finished_one_is_beside_none(tmp_path: Path) -> None:
    miss = find_misses(planned(tmp_path), ())[0]
    assert miss == Miss(variant="baseline", seed=0, nearest_variant=None, nearest_seed=None)
