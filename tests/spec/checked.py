"""Resolved trial specs to check, a few keys each, and what is found in them."""

from __future__ import annotations

from typing import Any

from ablation.catalogue import catalogue
from ablation.spec.checks import Finding, check
from ablation.spec.expansion.wiring import connect
from ablation.spec.trials import TrialSpec

Fields = dict[str, Any]
# Layers and settings; then the one thing found: path, severity, and parts of the message and of the hint.
Found = tuple[list[Fields] | None, Fields, str, str, str, str]

TEN = {"kind": "dense", "units": 10}
FLAT = {"kind": "flatten"}


def found_in(
    layers: list[Fields] | None = None,
    *,
    dataset: str = "digits",
    data: Fields | None = None,
    training: Fields | None = None,
) -> list[Finding]:
    """Check a spec; layers are named by their kind, with a number from the second of a kind on."""
    fields = {
        "data": {"dataset": dataset, **(data or {})},
        "model": {"layers": named([FLAT, TEN] if layers is None else layers)},
        "training": {"epochs": 2, **(training or {})},
    }
    spec = TrialSpec.model_validate(fields)
    model, problems = connect(spec.model)
    assert not problems
    return check(spec.model_copy(update={"model": model}), catalogue()[dataset])


def named(layers: list[Fields]) -> list[Fields]:
    """Give each layer without a name the name of its kind: dense, dense_2."""
    counts: dict[str, int] = {}
    found = []
    for fields in layers:
        counts[fields["kind"]] = counts.get(fields["kind"], 0) + 1
        number = counts[fields["kind"]]
        found.append({"name": fields["kind"] if number == 1 else f"{fields['kind']}_{number}", **fields})
    return found


def described(finding: Finding) -> tuple[str, str]:
    """Return the path as people read it, and the severity."""
    return ".".join(finding.path), finding.severity


def check_found(case: Found) -> None:
    """Hold what is found in a fragment to what is expected: one thing, at its place, with its reason and advice."""
    layers, settings, path, severity, message, hint = case
    findings = found_in(layers, **settings)
    assert [described(finding) for finding in findings] == [(path, severity)]
    assert message in findings[0].message
    assert hint in findings[0].hint
