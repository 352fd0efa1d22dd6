"""What a spec tells of how its variants are trained, and what a report says of it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.pipeline import audit_study, plan_run
from ablation.pipeline.planning.treatments import treatment
from ablation.pipeline.runs.reporting import notes
from ablation.spec import Study, load_study
from tests.conftest import TINY

ON_TEST = TINY.replace("{fraction: 0.25}", "{use: test}")
STOPPED = ON_TEST.replace("epochs: 2", "epochs: 2\n  early_stopping: {patience: 3}")


def study_of(tmp_path: Path, text: str, *variants: str) -> Study:
    (tmp_path / "study.yaml").write_text(text + "".join(f"  {line}\n" for line in variants), encoding="utf-8")
    return load_study(tmp_path / "study.yaml")


def kinds(study: Study) -> list[str]:
    return [warning.kind for warning in audit_study(study)]


def test_treatment_has_the_steps_of_the_training_split(tmp_path: Path) -> None:
    variant = study_of(tmp_path, TINY).variants[0]
    found = treatment(variant.name, variant.spec)
    assert (found.train_samples, found.batch_size, found.epochs, found.steps) == (90, 30, 2, 6)
    assert found.samples == "120 samples of digits with 0.25 to validate"
    assert (found.early_stopping, found.is_validated_on_test, found.chosen_on_test) == (None, False, ())


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("twice: {set: {training.batch_size: 15}}", ["unequal steps"]),
        ("half: {set: {data.subset.train: 60}}", ["unequal steps", "unequal data order"]),
        ("stopped: {set: {training.early_stopping: {patience: 3}}}", ["unequal early stopping"]),
        ("fast: {set: {training.optimizer.learning_rate: 1.0}}", ["learning rate tuned for the baseline only"]),
        ("wide: {set: {model.layers.hidden.units: 16}}", []),
    ],
)
def test_spec_tells_of_unfairness_before_anything_trains(tmp_path: Path, variant: str, expected: list[str]) -> None:
    assert kinds(study_of(tmp_path, TINY, variant)) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ON_TEST, "nothing in a trial is chosen by them"),
        (STOPPED, "they choose the best epoch (early stopping by val_loss)"),
        (
            STOPPED.replace("{patience: 3}", "{restore_best: false}"),
            "they choose the last epoch (early stopping by val_loss)",
        ),
        (
            ON_TEST.replace("epochs: 2", "epochs: 2\n  schedule: {kind: reduce_on_plateau}"),
            "they choose the learning rate (reduce_on_plateau by val_loss)",
        ),
        (STOPPED.replace("{patience: 3}", "{monitor: loss}"), "nothing in a trial is chosen by them"),
    ],
    ids=["nothing", "best_epoch", "last_epoch", "learning_rate", "stopped_by_training_loss"],
)
def test_test_part_that_validates_is_told_with_what_it_chooses(tmp_path: Path, text: str, sentence: str) -> None:
    (warning,) = audit_study(study_of(tmp_path, text))
    assert warning.kind == "selection on the test set"
    assert sentence in warning.sentence


def test_what_fairness_says_of_the_test_part_is_no_note_as_well(tmp_path: Path) -> None:
    study = study_of(
        tmp_path, STOPPED, "twin: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.01}}}"
    )
    plan = plan_run(study, "run")
    assert [warning.split(": ")[0] for warning in plan.warnings] == [
        "data.validation.use",
        "training.early_stopping.monitor",
        "variants.twin",
    ]
    assert notes(plan, audit_study(study)) == ("variants.twin: is equal to l2",)
    assert notes(plan) == plan.warnings
