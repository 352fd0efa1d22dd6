"""browse, compare and show: as a user runs them, over a store of a few runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from ablation.pipeline.runs.owners import Owners
from ablation.store import LOCKS, RunningRun
from cli.display.sparklines import sparkline
from tests.conftest import Project, embedded_store, new_project
from tests.inspection.published import publish

EARLIER, FIRST, SECOND = "20251231-zz", "20260101-aa", "20260102-bb"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A working directory whose store has three runs: the second one has a failed trial, the first another metric."""
    directory = tmp_path_factory.mktemp("filled")
    values = {"original": {0: 1.0, 1: 1.1, 2: 1.2}, "l2": {0: 0.8, 1: 0.9, 2: None}}
    with embedded_store(directory) as store:
        publish(store, EARLIER, values, made_by="c", metric="test_loss")
        publish(store, FIRST, values)
        moved = {"original": {0: 1.0, 1: 1.1, 2: 1.2}, "l2": {0: 1.2, 1: 1.4, 2: 1.5}, "dropout": {0: 0.7, 1: 0.7}}
        publish(store, SECOND, moved, made_by="b", settings={"training": {"epochs": 30}})
    return new_project(directory, "http://127.0.0.1:9/api")


def test_show_draws_curves_and_tells_of_failures_files_and_the_page(filled: Project) -> None:
    completed = filled.call("show", FIRST)
    assert completed.returncode == 0
    lines = completed.stdout.splitlines()
    assert "val_loss by epoch, mean over seeds, 0.85 to 2" in lines
    assert "  original █▅▂  2 to 1.1" in lines
    assert "  l2       █▅▁  2 to 0.85" in lines
    start = lines.index("Trials without a result")
    assert lines[start + 1 : start + 4] == ["  l2 seed 2: failed: out of memory", "    | line 1", "    | line 2"]
    assert lines[start + 7] == "    log: variants/l2/seed-2/log.txt"
    assert lines[-1] == f"Page: artifacts/studies/imdb/{FIRST}/index.html"


def test_show_as_json_has_curves_trials_and_failures(filled: Project) -> None:
    code, shown = filled.call_json("show", FIRST)
    assert code == 0
    assert shown["curves"]["metric"] == "val_loss"
    assert [round(value, 6) for value in shown["curves"]["values"]["l2"]] == [2.0, 1.5, 0.85]
    assert [each["status"] for each in shown["outcomes"]] == ["trained"] * 5 + ["failed"]
    assert shown["failures"][0]["first_lines"][0] == "line 1"


@pytest.mark.parametrize("width", [30, pytest.param(60, marks=pytest.mark.slow)])
def test_show_keeps_every_name_and_number_at_any_width(
    filled: Project, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.display.tables.PIPE_WIDTH", width)
    printed = filled.call("show", SECOND).stdout
    assert "2 to 1.37" in printed and "original" in printed and "…" not in printed


@pytest.mark.parametrize(
    ("values", "width", "encoding", "line"),
    [
        ([0.0, 0.5, 1.0], 10, "utf-8", "▁▅█"),
        ([0.0, 0.5, 1.0], 10, "ascii", "_=#"),
        ([0.0, None, 1.0], 10, "utf-8", "▁ █"),
        ([0.0, 0.0, 1.0, 1.0], 2, "utf-8", "▁█"),
        ([None, None], 2, "utf-8", "  "),
        ([], 10, "utf-8", ""),
        ([7.0, -7.0], 10, "latin-1", "#_"),
    ],
)
def test_sparkline_fits_its_width_and_its_terminal(
    values: list[float | None], width: int, encoding: str, line: str
) -> None:
    assert sparkline(values, 0.0, 1.0, width=width, encoding=encoding) == line


def test_sparkline_of_ratios_is_on_a_log_scale() -> None:
    assert sparkline([0.01, 0.1, 1.0], 0.01, 1.0, width=9, encoding="utf-8", is_log=True) == "▁▅█"


def test_compare_says_what_differs_and_pairs_seeds(filled: Project) -> None:
    completed = filled.call("compare", FIRST, "latest")
    assert completed.returncode == 0
    lines = completed.stdout.splitlines()
    assert lines[0].startswith(f"A  imdb {FIRST}  2026-11-21 00:00 UTC")
    assert "  training.epochs: 20 -> 30" in lines
    assert "  only in B: dropout" in lines
    (row,) = [line for line in lines if line.startswith(" l2 ")]
    cells = [cell.strip() for cell in row.split("│")]
    assert cells[:3] == ["l2", "0.85", "1.37"]
    assert cells[3].startswith("+0.") and cells[4] == "2 pairs"


@pytest.mark.parametrize("arguments", [("latest",), pytest.param((SECOND, "latest"), marks=pytest.mark.slow)])
def test_compare_of_a_run_with_itself_is_wrong_usage(filled: Project, arguments: tuple[str, ...]) -> None:
    completed = filled.call("compare", *arguments)
    assert completed.returncode == 2
    assert completed.stderr.strip() == f"both are the same run, {SECOND}: give another one to compare it with."


def test_compare_says_what_cannot_be_compared_before_the_table(filled: Project) -> None:
    lines = [line.strip() for line in filled.call("compare", EARLIER, FIRST).stdout.splitlines()]
    warning = "[!] the runs have no metric in common that one of them compares: test_loss and val_loss"
    assert lines.index(warning) < lines.index("no metric in common")
    assert [line.split("│")[-1].strip() for line in lines[-2:]] == ["baseline", ""]


def test_compare_as_json_is_one_document(filled: Project) -> None:
    code, contrast = filled.call_json("compare", FIRST, SECOND)
    assert code == 0
    assert [each["run_id"] for each in contrast["runs"]] == [FIRST, SECOND]
    assert contrast["origins"][0] == {
        "origin": "spec",
        "name": "training.epochs",
        "change": "changed",
        "before": 20,
        "after": 30,
    }
    assert [(each["variant"], each["pairs"]) for each in contrast["variants"]] == [("original", 3), ("l2", 2)]


@pytest.mark.parametrize("width", [30, pytest.param(60, marks=pytest.mark.slow)])
def test_compare_keeps_every_number_at_any_width(filled: Project, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.display.tables.PIPE_WIDTH", width)
    printed = filled.call("compare", FIRST, SECOND).stdout
    assert "1.37" in printed and "2 pairs" in printed and "…" not in printed


def test_compare_of_an_unknown_run_is_wrong_usage(filled: Project) -> None:
    code, document = filled.call_json("compare", "nope", "latest")
    assert code == document["exit_code"] == 2
    assert document["error"].startswith("there is no run 'nope'")


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)], ids=str)
def test_browse_serves_until_it_is_told_to_end(filled: Project, tmp_path: Path, number: signal.Signals) -> None:
    shutil.copytree(filled.directory / "artifacts", tmp_path / "artifacts")
    project = Project(tmp_path, filled.environment)
    with project.start("browse", "--port", "0", "--json") as process:
        assert process.stdout is not None
        address = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")["address"]
        with urllib.request.urlopen(f"{address}studies/imdb/{SECOND}/", timeout=30) as answer:
            assert (answer.status, answer.read()) == (200, b"<p>")
        os.kill(process.pid, number)
        assert process.wait(timeout=60) == 0
        assert process.stderr is not None and process.stderr.read() == ""


def test_browse_at_a_port_that_is_taken_is_one_clear_report(filled: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        completed = filled.call("browse", "--port", str(taken.getsockname()[1]))
    assert completed.returncode == 2
    assert "cannot be used" in completed.stderr and "--port" in completed.stderr
    assert "Traceback" not in completed.stderr


@pytest.mark.slow
def test_browse_knows_at_once_that_a_run_of_this_machine_was_killed(filled: Project, tmp_path: Path) -> None:
    shutil.copytree(filled.directory / "artifacts", tmp_path / "artifacts")
    machine = Owners(tmp_path / "artifacts" / LOCKS / "owners").machine
    record = RunningRun(study="imdb", run_id="20260201-zz", owner="gone", machine=machine)
    (tmp_path / "artifacts" / "running").mkdir()
    (tmp_path / "artifacts" / "running" / "20260201-zz.json").write_text(record.model_dump_json())
    with Project(tmp_path, filled.environment).start("browse", "--port", "0", "--json") as process:
        assert process.stdout is not None
        address = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")["address"]
        page = urllib.request.urlopen(f"{address}studies/imdb/", timeout=60).read().decode()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert 'run 20260201-zz · <span class="crashed alarm">crashed</span>' in page
