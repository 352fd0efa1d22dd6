"""Checks across the fields of one trial's spec, before anything trains."""

from __future__ import annotations

from ablation.catalogue import Dataset
from ablation.spec.checks.findings import Finding
from ablation.spec.expansion.trials import TrialSpec

__all__ = ["Finding", "check"]


def check(spec: TrialSpec, dataset: Dataset) -> list[Finding]:
    """Return everything found in a resolved trial spec."""
    return []
