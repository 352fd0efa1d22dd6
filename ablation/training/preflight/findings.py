"""What the pre-flight of a model is told, and what it says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ablation.data import PreparedRef
from ablation.records import Record
from ablation.spec import Trial

Severity = Literal["error", "warning", "note"]


class Finding(Record):
    """Something that the pre-flight found in a model, and what to do about it."""

    severity: Severity = Field(description="error: cannot learn; warning: to know; note: could not be decided.")
    variant: str = Field(description="Whose model.")
    layer: str | None = Field(default=None, description="In which layer, where it is in one.")
    message: str
    hint: str = Field(description="What to do.")


class PreflightJob(Record):
    """A trial whose model is looked at, and the data it is looked at with."""

    trial: Trial
    prepared: PreparedRef


class PreflightResult(Record):
    """What was found, and what the model did in its first steps."""

    findings: tuple[Finding, ...] = ()
    trace: str | None = Field(
        default=None, description="Digest of outputs, gradients and statistics of the first steps, noise included."
    )
