from __future__ import annotations

from pathlib import Path

from ablation.pipeline import plan_run
from ablation.pipeline.runs.reporting import notes
from ablation.spec import load_study
from tests.conftest import TINY

TWIN = "  twin: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.01}}}\n"


def test_warnings_of_the_spec_travel_with_the_plan_to_the_report(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(TINY + TWIN, encoding="utf-8")
    study = load_study(tmp_path / "study.yaml")
    plan = plan_run(study, "run", deviations=("--only l2",))
    assert plan.warnings == ("variants.twin: is equal to l2",)
    assert notes(plan) == ("this run differs from the spec: --only l2", "variants.twin: is equal to l2")
