"""The JSON documents of the commands."""

from __future__ import annotations

from pydantic_core import to_json

from ablation.pipeline import RunResult


def result_json(result: RunResult) -> str:
    """Return the document of `ablate run --json`."""
    document = result.model_dump(mode="json", exclude={"comparison"})
    comparison = result.comparison.model_dump(mode="json")
    document |= {"effects": comparison["effects"], "summaries": comparison["summaries"]}
    return to_json(document, indent=2).decode()
