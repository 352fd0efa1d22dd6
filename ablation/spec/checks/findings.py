"""What a check finds in one trial's spec."""

from __future__ import annotations

from dataclasses import dataclass

from ablation.spec.reading.problems import Severity


@dataclass(frozen=True)
class Finding:
    """Something wrong, or to know: its path in the spec below the top, what, and what to do."""

    path: tuple[str, ...]
    message: str
    hint: str
    severity: Severity = "error"
