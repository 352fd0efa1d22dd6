"""The comparison of a study's trials on every metric, with its factors."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.pipeline import compare_trials
from ablation.pipeline.runs.comparing import compare_others
from ablation.records import TrialOutcome
from ablation.spec import Study, load_study
from tests.conftest import TINY

FACTORS = """\
factors:
  norm: {set: {model.layers.norm.enabled: true}}
  units: {levels: {few: {}, many: {model.layers.hidden.units: 16}}}
design: {kind: full_factorial}
compare: {metric: val_loss, margin: 0.01}
"""


def study_of(text: str, directory: Path) -> Study:
    """Load a spec."""
    (directory / "study.yaml").write_text(text)
    return load_study(directory / "study.yaml")


def outcomes_of(study: Study, **metrics: float) -> tuple[TrialOutcome, ...]:
    """Return a finished trial for each of a study, every variant a little better than the one before."""
    return tuple(
        TrialOutcome(
            variant=trial.variant,
            seed=trial.seed,
            fingerprint="0" * 64,
            status="trained",
            metrics={name: value + 0.01 * place - 0.1 * (place // 2) for name, value in metrics.items()},
        )
        for place, trial in enumerate(study.trials)
    )


@pytest.fixture
def factorial(tmp_path: Path) -> Study:
    """A study of two factors."""
    return study_of(TINY[: TINY.index("variants:")] + FACTORS, tmp_path)


def test_factors_of_a_spec_are_analysed(factorial: Study) -> None:
    factors = compare_trials(factorial, outcomes_of(factorial, val_loss=1.0)).factors
    assert factors is not None
    assert [(each.factor, each.level) for each in factors.main] == [("norm", "on"), ("units", "many")]
    assert [each.factors for each in factors.interactions] == [("norm", "units")]
    assert factors.total is not None and factors.total.variant == "norm-units.many"


def test_study_of_variants_has_no_factors(tmp_path: Path) -> None:
    study = study_of(TINY, tmp_path)
    assert compare_trials(study, outcomes_of(study, val_loss=1.0)).factors is None


def test_every_other_metric_is_compared_its_own_way_and_without_the_margin(factorial: Study) -> None:
    outcomes = outcomes_of(factorial, val_loss=1.0, test_accuracy=0.5, train_loss=2.0, speed_of_light=3.0)
    others = compare_others(factorial, outcomes)
    assert {name: other.direction for name, other in others.items()} == {"test_accuracy": "max", "train_loss": "min"}
    assert {other.margin for other in others.values()} == {None}
    assert compare_trials(factorial, outcomes).margin == 0.01
    assert all(other.factors is not None for other in others.values())


def test_study_of_one_variant_compares_no_other_metric(tmp_path: Path) -> None:
    study = study_of(TINY[: TINY.index("variants:")], tmp_path)
    assert compare_others(study, outcomes_of(study, val_loss=1.0, test_accuracy=0.5)) == {}
