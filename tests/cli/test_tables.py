"""Tables in the terminal."""

from __future__ import annotations

import io
from typing import get_args

import pytest
from rich.console import Console

from ablation.analysis import Comparison, Verdict, compare
from ablation.records import TrialOutcome
from cli.display.tables import comparison_table


def compared() -> Comparison:
    """Compare a variant with a baseline."""
    trials = [
        TrialOutcome(
            variant=variant, seed=seed, fingerprint="0" * 64, status="trained", metrics={"val_loss": value + 0.1 * seed}
        )
        for variant, value in (("base", 1.0), ("l2", 0.5))
        for seed in (0, 1)
    ]
    return compare(trials, metric="val_loss", direction="min", baseline="base", variants=["base", "l2"])


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_table_shows_every_verdict(verdict: Verdict) -> None:
    comparison = compared()
    effects = (comparison.effects[0].model_copy(update={"verdict": verdict}),)
    printed = io.StringIO()
    Console(file=printed, width=160).print(comparison_table(comparison.model_copy(update={"effects": effects})))
    assert f"│ {verdict}" in printed.getvalue()
