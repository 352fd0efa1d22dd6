"""What a study that adds seeds says of comparisons that stayed too wide."""

from __future__ import annotations

from pathlib import Path

from ablation.pipeline.runs.comparing import compare_trials
from ablation.pipeline.runs.rounds import precision_lines
from ablation.records import TrialOutcome
from ablation.spec import load_study
from tests.conftest import TINY


def trained(variant: str, seed: int, loss: float) -> TrialOutcome:
    return TrialOutcome(
        variant=variant, seed=seed, fingerprint="0" * 64, status="trained", metrics={"val_loss": loss}, epochs=2
    )


def lines_of(tmp_path: Path, seeds: str) -> tuple[str, ...]:
    (tmp_path / "study.yaml").write_text(TINY.replace("seeds: [0, 1]", f"seeds: {seeds}"))
    study = load_study(tmp_path / "study.yaml")
    outcomes = tuple(trained("baseline", seed, 0.5) for seed in range(5))
    outcomes += tuple(trained("l2", seed, 0.4 + seed / 10) for seed in range(5))
    return precision_lines(study, compare_trials(study, outcomes))


def test_comparison_that_stayed_wider_than_asked_is_named_with_its_width(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path, "{until: {ci_width: 0.1}, max: 5}")
    assert line == "intervals are wider than 0.1 (seeds.until.ci_width) after up to 5 seeds: l2 (0.393)"


def test_comparison_that_is_precise_enough_is_not_named(tmp_path: Path) -> None:
    assert lines_of(tmp_path, "{until: {ci_width: 0.4}, max: 5}") == ()


def test_study_that_adds_no_seeds_asks_for_no_width(tmp_path: Path) -> None:
    assert lines_of(tmp_path, "5") == ()
