"""What docs/results.md says of a run's files, on a real run."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ablation.analysis import (
    Comparison,
    Cost,
    Effect,
    FactorAnalysis,
    MainEffect,
    VariantSummary,
)
from ablation.report.files.tables import EFFECTS_SCHEMA_VERSION
from tests.conftest import ROOT, FinishedRun

PAGE = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
RECORDS = (Comparison, Effect, VariantSummary, Cost, FactorAnalysis)


def lines_of_pandas() -> str:
    """Return the lines of Python on the page."""
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def results_of(folder: Path) -> dict[str, Any]:
    """Read a run's effects.json."""
    document: dict[str, Any] = json.loads((folder / "effects.json").read_text())
    return document


@pytest.mark.xdist_group("prefect")
def test_ten_lines_load_a_run_into_pandas(finished_run: FinishedRun) -> None:
    lines = lines_of_pandas().replace("artifacts/studies/quickstart/RUN", finished_run.folder.as_posix())
    printed, names = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(printed):
        exec(lines, names)
    assert len([line for line in lines.splitlines() if line.strip()]) <= 10
    assert list(names["trials"]["variant"]) == ["baseline", "baseline", "l2", "l2"]
    assert names["effects"].loc["l2", "cost.parameters"] == 0
    table = names["table"]
    assert table.loc["l2", "mean"] == pytest.approx(results_of(finished_run.folder)["summaries"][1]["mean"])
    assert "verdict" in printed.getvalue() and "l2" in printed.getvalue()


@pytest.mark.xdist_group("prefect")
def test_results_have_every_other_metric(finished_run: FinishedRun) -> None:
    results = results_of(finished_run.folder)
    trials = (finished_run.folder / "summary.csv").read_text().splitlines()[0].split(",")
    assert results["schema_version"] == EFFECTS_SCHEMA_VERSION == 1
    assert set(results["others"]) | {results["metric"]} <= set(trials)
    assert results["others"]["test_accuracy"]["direction"] == "max"
    assert [effect["variant"] for effect in results["others"]["test_accuracy"]["effects"]] == ["l2"]


def test_page_names_every_field_of_results() -> None:
    fields = {name for record in RECORDS for name in record.model_fields}
    assert {name for name in fields - {"variant"} if f"`{name}`" not in PAGE} == set()
    assert f"`schema_version` is {EFFECTS_SCHEMA_VERSION}." in PAGE
    assert "aliases" in MainEffect.model_fields and "`aliases`" in PAGE
