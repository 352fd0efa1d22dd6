"""What the pre-flight of all models says of the study: what stops it, and what is to know of its variants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ablation.pipeline.records import PlannedTrial, RunPlan
from ablation.pipeline.trials.training import BuiltModel
from ablation.spec import TrialSpec
from ablation.training import Finding

# What the first steps of a training show besides the model; of the rest of the section two trials must agree.
_TRACED = ("loss", "class_weights")


class PreflightFailed(Exception):
    """The baseline cannot learn, so that nothing can be compared with it; the message says why and what to do."""


def require_baseline(plan: RunPlan, built: BuiltModel) -> None:
    """Stop a study whose baseline cannot learn; any other variant may be as bad as it is meant to be.

    Raises:
        PreflightFailed: It cannot.
    """
    errors = [finding for finding in built.findings if finding.severity == "error"]
    if built.variant == plan.baseline and errors:
        lines = [f"{_subject([each.variant], each)}: {each.message}.\n  {each.hint}" for each in errors]
        raise PreflightFailed("\n".join([f"{plan.study}: the baseline does not pass the pre-flight.", *lines]))


def settle_findings(plan: RunPlan, models: Collection[BuiltModel], trained: Collection[str]) -> tuple[Finding, ...]:
    """Return what was found in the models of a run; only the baseline's errors are errors, and they end the run.

    Args:
        plan: Of the run.
        models: That were looked at.
        trained: Names of the variants that the run trains: what others are like was said when they were.
    """
    findings = [finding for model in models if model.variant in trained for finding in model.findings]
    findings += _find_idle(plan, models)
    return tuple(_as_of(plan, finding) for finding in findings)


def comparable_baseline(plan: RunPlan, planned: PlannedTrial) -> PlannedTrial | None:
    """Return the baseline's trial of the same seed, if what its model does first can be compared with this one's."""
    for each in plan.trials:
        is_beside = each.trial.variant == plan.baseline and each.trial.seed == planned.trial.seed
        if is_beside and each != planned and _is_comparable(planned.trial.spec, each.trial.spec):
            return each
    return None


def finding_lines(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return a line for each different warning, with all variants that it is about; notes are left to the JSON."""
    alike: dict[tuple[str | None, str, str], list[Finding]] = {}
    for finding in findings:
        if finding.severity != "note":
            alike.setdefault((finding.layer, finding.message, finding.hint), []).append(finding)
    return tuple(
        f"{_subject([each.variant for each in group], group[0])}: {message}. {hint.rstrip('.')}"
        for (_, message, hint), group in alike.items()
    )


def _find_idle(plan: RunPlan, models: Collection[BuiltModel]) -> Iterator[Finding]:
    """Find variants whose change nothing in the first steps of training shows."""
    by_variant = {model.variant: model for model in models}
    baseline = by_variant.get(plan.baseline)
    if baseline is None or baseline.trace is None:
        return
    for planned in plan.trials:
        model = by_variant.get(planned.trial.variant)
        if model is None or model.trace != baseline.trace:
            continue
        if planned.trial.seed == model.seed == baseline.seed and comparable_baseline(plan, planned):
            yield Finding(
                severity="warning",
                variant=planned.trial.variant,
                message=f"changes nothing that training sees: its first steps are those of {plan.baseline}, bit by bit",
                hint="Check the value (a rate or strength of 0?) and the path, unless it is meant to act later only.",
            )


def _is_comparable(spec: TrialSpec, baseline: TrialSpec) -> bool:
    """Whether two trials differ only in what their first steps would show; a constraint seldom acts that early."""
    update = {name: getattr(baseline.training, name) for name in _TRACED}
    training = spec.training.model_copy(update=update)
    is_like = spec.data == baseline.data and training == baseline.training
    return is_like and _constraints(spec) == _constraints(baseline)


def _constraints(spec: TrialSpec) -> list[tuple[str, str, Any]]:
    """Return what constrains weights, by layer, in the cells of bidirectional layers, too."""
    return [
        (layer.name, name, value)
        for layer in spec.model.all_layers
        for name, value in [*layer, *getattr(layer, "layer", ())]
        if name.endswith("_constraint") and value is not None
    ]


def _as_of(plan: RunPlan, finding: Finding) -> Finding:
    is_allowed = finding.severity == "error" and finding.variant != plan.baseline
    return finding.model_copy(update={"severity": "warning"}) if is_allowed else finding


def _subject(variants: list[str], finding: Finding) -> str:
    names = ", ".join(variants)
    return f"{names}, layer {finding.layer}" if finding.layer else names
