"""What a run makes of what the pre-flight found in its models."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.pipeline import (
    BuiltModel,
    PreflightFailed,
    RunPlan,
    comparable_baseline,
    plan_run,
    require_baseline,
    settle_findings,
)
from ablation.pipeline.runs.reporting import notes
from ablation.pipeline.trials.preflight import finding_lines
from ablation.spec import load_study
from ablation.training import Finding, looked_at
from ablation.training.preflight.findings import Severity
from tests.conftest import TINY

VARIANTS = """\
  idle: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.0}}}
  longer: {set: {training.epochs: 3}}
  other_data: {set: {data.subset.train: 100}}
  constrained: {set: {model.layers.hidden.kernel_constraint: {kind: max_norm}}}
  other_loss: {set: {training.loss: {kind: mean_squared_error}}}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> RunPlan:
    spec = tmp_path_factory.mktemp("study") / "study.yaml"
    spec.write_text(TINY + VARIANTS, encoding="utf-8")
    return plan_run(load_study(spec), "run")


def finding(severity: Severity, variant: str, message: str = "is odd") -> Finding:
    return Finding(severity=severity, variant=variant, layer="hidden", message=message, hint="Look at it.")


def model(variant: str, *findings: Finding, trace: str | None = None, seed: int = 0) -> BuiltModel:
    return BuiltModel(variant=variant, seed=seed, parameters=1, layers=(), findings=findings, trace=trace)


def test_error_of_the_baseline_stops_the_run_with_its_reason(plan: RunPlan) -> None:
    with pytest.raises(PreflightFailed) as stopped:
        require_baseline(plan, model("baseline", finding("error", "baseline"), finding("warning", "baseline", "x")))
    assert str(stopped.value) == (
        "tiny: the baseline does not pass the pre-flight.\nbaseline, layer hidden: is odd.\n  Look at it."
    )


@pytest.mark.parametrize(
    "built",
    [model("baseline", finding("warning", "baseline")), model("l2", finding("error", "l2"))],
    ids=["warning_of_the_baseline", "error_of_a_variant"],
)
def test_run_goes_on_with_what_is_no_error_of_the_baseline(plan: RunPlan, built: BuiltModel) -> None:
    require_baseline(plan, built)


def test_error_of_a_variant_is_a_warning_of_the_run(plan: RunPlan) -> None:
    found = settle_findings(plan, [model("l2", finding("error", "l2"))], {"l2"})
    assert [(each.severity, each.variant) for each in found] == [("warning", "l2")]


def test_findings_of_a_baseline_that_is_finished_are_left_out(plan: RunPlan) -> None:
    models = [model("baseline", finding("error", "baseline"), trace="a"), model("l2", trace="b")]
    assert settle_findings(plan, models, {"l2"}) == ()


@pytest.mark.parametrize("variant", ["idle", "other_loss"])
def test_variant_with_the_first_steps_of_the_baseline_changes_nothing(plan: RunPlan, variant: str) -> None:
    models = [model("baseline", trace="same"), model(variant, trace="same")]
    (found,) = settle_findings(plan, models, {"baseline", variant})
    assert (found.severity, found.variant) == ("warning", variant)
    assert found.message == "changes nothing that training sees: its first steps are those of baseline, bit by bit"


@pytest.mark.parametrize(
    "other",
    [
        model("idle", trace="other"),
        model("idle", trace="same", seed=1),
        model("idle"),
        model("longer", trace="same"),
        model("other_data", trace="same"),
        model("constrained", trace="same"),
    ],
    ids=["other_steps", "other_seed", "not_looked_at", "longer", "other_data", "constrained"],
)
def test_variant_is_not_said_to_change_nothing_where_its_first_steps_do_not_tell(
    plan: RunPlan, other: BuiltModel
) -> None:
    assert settle_findings(plan, [model("baseline", trace="same"), other], {"baseline", other.variant}) == ()


def test_baseline_beside_a_trial_has_its_seed(plan: RunPlan) -> None:
    planned = next(each for each in plan.trials if (each.trial.variant, each.trial.seed) == ("idle", 1))
    beside = comparable_baseline(plan, planned)
    assert beside is not None
    assert (beside.trial.variant, beside.trial.seed) == ("baseline", 1)


def test_baseline_is_not_beside_itself_or_a_trial_that_differs_otherwise(plan: RunPlan) -> None:
    beside = {each.trial.variant for each in plan.trials if comparable_baseline(plan, each)}
    assert beside == {"l2", "idle", "other_loss"}


def test_equal_findings_of_several_variants_are_one_line_and_notes_are_none() -> None:
    findings = [finding("warning", "a"), finding("note", "a", "open"), finding("warning", "b")]
    assert finding_lines(findings) == ("a, b, layer hidden: is odd. Look at it",)


def test_findings_are_among_the_notes_of_the_report(plan: RunPlan, tmp_path: Path) -> None:
    found = plan.model_copy(update={"findings": (finding("warning", "l2"),)})
    assert notes(found)[-1] == "l2, layer hidden: is odd. Look at it"


def test_models_that_the_preflight_cannot_tell_apart_are_one(plan: RunPlan) -> None:
    specs = {each.trial.variant: looked_at(each.trial) for each in plan.trials if each.trial.seed == 0}
    assert specs["longer"] == specs["baseline"]
    apart = {name for name, spec in specs.items() if spec != specs["baseline"]}
    assert apart == set(specs) - {"baseline", "longer"}


def test_findings_of_a_model_are_those_of_each_variant_that_has_it() -> None:
    found = model("baseline", finding("warning", "baseline"), trace="same").of("longer")
    assert (found.variant, found.findings[0].variant, found.trace) == ("longer", "longer", "same")
