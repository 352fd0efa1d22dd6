"""The JSON documents of the commands."""

from __future__ import annotations

import json

from ablation.pipeline import RunResult


def result_json(result: RunResult) -> str:
    """Return the document of `ablate run --json`."""
    document = result.model_dump(mode="json", exclude={"comparison"})
    comparison = result.comparison.model_dump(mode="json")
    return json.dumps(document | {"effects": comparison["effects"], "summaries": comparison["summaries"]}, indent=2)
