"""`ablate lr-range`: a real range test of the quickstart's model, and every wrong way to ask for one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest

from ablation.pipeline.planning.rate_ranges import default_steps
from tests.conftest import ROOT, Project, new_project

QUICKSTART = (ROOT / "specs" / "quickstart.yaml").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path, "")


@pytest.mark.slow
def test_range_test_of_the_quickstart_suggests_a_rate_and_draws_it(project: Project) -> None:
    completed = project.call("lr-range", project.write(QUICKSTART), "--variant", "dropout", "--seed", "3")
    assert completed.returncode == 0, completed.stderr
    lines = completed.stdout.splitlines()
    suggested = re.match(r"Suggested learning rate: ([\d.e-]+), where the smoothed loss falls fastest;", lines[0])
    assert suggested is not None
    assert 5e-4 < float(suggested[1]) < 5e-2  # Adam, batches of 32, dense layers: a few thousandths
    assert "The spec's learning rate, 0.002, lies within." in lines
    assert lines[-1] == "Chart: quickstart-lr-range.png"
    assert (project.directory / "quickstart-lr-range.png").read_bytes().startswith(b"\x89PNG")
    assert (
        b"quickstart, dropout seed 3: learning-rate range test"
        in (project.directory / "quickstart-lr-range.svg").read_bytes()
    )
    assert not (project.directory / "artifacts" / "studies").exists()


@pytest.mark.slow
def test_range_test_as_json_has_every_step(project: Project) -> None:
    spec = project.write()
    code, document = project.call_json(
        "lr-range", spec, "--from", "1e-3", "--to", "1e-1", "--steps", "9", "--output", "chart.svg",
        "--set", "training.optimizer.learning_rate=0.25",
    )  # fmt: skip
    assert code == 0
    assert (document["study"], document["variant"], document["seed"]) == ("tiny", "baseline", 0)
    assert len(document["rates"]) == len(document["losses"]) == len(document["smoothed"]) == 9
    assert document["rates"][0] == pytest.approx(1e-3)
    assert document["rates"][-1] == pytest.approx(1e-1)
    assert document["own_rate"] == 0.25
    assert document["stop"] is None
    assert document["files"] == ["chart.svg", "chart.png"]
    assert sorted(path.name for path in project.directory.iterdir() if path.is_file()) == [
        "chart.png",
        "chart.svg",
        "study.yaml",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--variant", "l22"], "--variant: tiny has no variant of that name\n  got 'l22'. Did you mean l2?"),
        (["--variant", "wide"], "got 'wide'. The variants are baseline, l2."),
        (["--from", "1", "--to", "1"], "--from: must be above 0 and below --to\n  got 1 and 1."),
        (["--from", "0"], "--from: must be above 0 and below --to\n  got 0 and 10."),
        (["--to", "inf"], "--from: must be above 0 and below --to\n  got 1e-07 and inf."),
        (["--steps", "1"], "ablate lr-range: --steps: must be greater than or equal to 2, got 1."),
        (["--output", "chart.pdf"], "--output: must end in .png or .svg; the other is written beside it"),
        (["--output", "none/chart.png"], "--output: cannot write to the folder none: No such file or directory"),
        (["--output", "folder.png"], "--output: must be a file\n  got folder.png, which is a folder."),
        (["--set", "training.epoch=3"], "training.epoch"),
    ],
)  # fmt: skip
def test_wrong_request_ends_at_once_and_says_why(project: Project, arguments: list[str], message: str) -> None:
    (project.directory / "folder.png").mkdir()
    completed = project.call("lr-range", project.write(), *arguments)
    assert completed.returncode == 2
    assert message in completed.stderr
    assert not list(project.directory.glob("*-lr-range.*"))


@pytest.mark.slow
def test_test_without_a_result_says_what_became_of_its_process(project: Project) -> None:
    completed = project.call("lr-range", project.write(), "--set", "runtime.timeout_min=1e-6")
    assert completed.returncode == 2
    assert completed.stderr.startswith("the range test of baseline seed 0 ended without a result: over its time limit")
    assert not list(project.directory.glob("*-lr-range.*"))


@pytest.mark.parametrize(
    ("samples", "batch_size", "steps"),
    [(300, 32, 100), (1600, 32, 100), (2400, 32, 150), (60_000, 32, 200), (60_000, "all", 100)],
)
def test_steps_are_those_of_two_epochs_between_100_and_200(
    samples: int, batch_size: int | Literal["all"], steps: int
) -> None:
    assert default_steps(samples, batch_size) == steps
