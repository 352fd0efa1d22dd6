"""The commands that read: as a user runs them."""

from __future__ import annotations

import json

import pytest

from cli.group import COMMANDS
from tests.conftest import TINY, FinishedRun, Project

pytestmark = pytest.mark.xdist_group("prefect")


def test_list_shows_the_run_with_its_answer(finished_run: FinishedRun) -> None:
    completed = finished_run.project.call("list", "tiny")
    assert completed.returncode == 0
    assert f"{finished_run.run_id}  tiny  complete" in completed.stdout


def test_list_of_an_empty_store_says_how_to_fill_it(project: Project) -> None:
    completed = project.call("list")
    assert completed.returncode == 0
    assert "make run" in completed.stdout


@pytest.mark.parametrize("name", ["latest", "2"])
def test_show_gives_the_answer_of_the_run(finished_run: FinishedRun, name: str) -> None:
    code, shown = finished_run.project.call_json("show", name)
    assert code == 0
    assert shown["run_id"] == finished_run.run_id
    assert [effect["variant"] for effect in shown["results"]["effects"]] == ["l2"]


def test_show_prints_the_table_the_run_printed(finished_run: FinishedRun) -> None:
    printed = finished_run.project.call("show", "latest").stdout
    table = [line for line in finished_run.completed.stdout.splitlines() if "│" in line]
    assert len(table) == 2
    assert [line for line in printed.splitlines() if "│" in line] == table


def test_show_of_an_unknown_run_names_the_newest(finished_run: FinishedRun) -> None:
    completed = finished_run.project.call("show", "nope")
    assert completed.returncode == 2
    assert finished_run.run_id in completed.stderr
    assert "Traceback" not in completed.stderr


def test_plan_tells_finished_trials_and_changes(finished_run: FinishedRun) -> None:
    code, plan = finished_run.project.call_json("plan", "study.yaml", "--set", "seeds=[0, 7]")
    assert code == 0
    assert [(trial["variant"], trial["seed"], trial["cached"]) for trial in plan["trials"]] == [
        ("baseline", 0, True),
        ("baseline", 7, False),
        ("l2", 0, True),
        ("l2", 7, False),
    ]
    assert plan["changes"]["l2"] == {"model.layers.hidden.kernel_regularizer": {"kind": "l2", "factor": 0.01}}


def test_plan_prints_what_each_variant_changes(finished_run: FinishedRun) -> None:
    printed = finished_run.project.call("plan", "study.yaml").stdout
    assert "2 of 2" in printed
    assert "~ model.layers.hidden.kernel_regularizer: none -> {kind: l2, factor: 0.01}" in printed
    assert "baseline is the baseline." in printed


def test_list_as_json_is_the_manifests(finished_run: FinishedRun) -> None:
    code, runs = finished_run.project.call_json("list")
    assert code == 0
    assert [(run["run_id"], run["status"]) for run in runs] == [(finished_run.run_id, "complete")]
    assert [each["variant"] for each in runs[0]["summary"]["effects"]] == ["l2"]
    assert "settings" not in runs[0]["summary"]


def test_study_page_of_a_finished_run_has_a_panel_for_its_variant(finished_run: FinishedRun) -> None:
    page = (finished_run.folder.parent / "index.html").read_text(encoding="utf-8")
    assert "Is it stable?" in page and "<h3>l2</h3>" in page
    assert "one run: " in page


def test_list_shows_a_run_that_was_killed(project: Project) -> None:
    record = project.directory / "artifacts" / "crashed" / "tiny" / "20260101-000000-abcdef.json"
    record.parent.mkdir(parents=True)
    killed = {"study": "tiny", "run_id": record.stem, "found_at": "2026-01-01T00:05:00Z"}
    record.write_text(json.dumps(killed))
    assert project.call("list", "other").stdout.startswith("No run of other")
    assert project.call("list", "tiny").stdout.split("\n")[:2] == [
        "20260101-000000-abcdef  tiny  crashed",
        "    killed before it was published",
    ]
    _, (row,) = project.call_json("list")
    assert row.items() >= (killed | {"status": "crashed"}).items()


def test_status_without_a_run_under_way_says_so(finished_run: FinishedRun) -> None:
    completed = finished_run.project.call("status")
    assert completed.returncode == 0
    assert "No run is under way" in completed.stderr


def test_validate_reports_every_problem_of_every_file(project: Project) -> None:
    project.write(TINY.replace("epochs: 2", "epochs: 0").replace("units: 8", "unitz: 8"), "bad.yaml")
    project.write()
    code, report = project.call_json("validate", "study.yaml", "bad.yaml", "missing.yaml")
    assert code == 2
    assert report["problems"]["study.yaml"] == []
    assert len(report["problems"]["bad.yaml"]) == 3
    assert report["problems"]["missing.yaml"][0].startswith("missing.yaml: cannot be read")


@pytest.mark.parametrize(
    ("environment", "code", "message"),
    [
        ({"PREFECT_API_URL": "http://127.0.0.1:9/api"}, 5, "make server"),
        ({"ABLATION_STORE": "s3://bucket/x", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, 5, "cannot use the store"),
        ({"ABLATION_WORKERS": "many"}, 2, "ABLATION_WORKERS"),
    ],
)
def test_run_with_wrong_surroundings_says_what_to_do_and_trains_nothing(
    project: Project, environment: dict[str, str], code: int, message: str
) -> None:
    secrets = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    project.environment.update(secrets | environment)
    completed = project.call("run", project.write())
    assert completed.returncode == code
    assert message in completed.stderr
    assert "Traceback" not in completed.stderr
    assert not (project.directory / ".ablation-cache" / "runs").exists()


@pytest.mark.slow
def test_run_with_a_subset_larger_than_the_data_is_a_usage_error(project: Project) -> None:
    completed = project.run("run", project.write(), "--set", "data.subset.train=5000")
    assert completed.returncode == 2
    assert completed.stderr.splitlines()[-1] == (
        "data.subset.train: 5000 samples asked for, the train part has 1438. Ask for fewer."
    )


def test_help_of_every_command_has_an_example(project: Project) -> None:
    for command in COMMANDS:
        completed = project.call(command, "--help")
        assert completed.returncode == 0
        assert f"Example: ablate {command}" in completed.stdout


def test_failing_command_with_json_gives_a_document(project: Project) -> None:
    code, document = project.call_json("run", "missing.yaml")
    assert code == document["exit_code"] == 2
    assert document["error"].startswith("missing.yaml: cannot be read")


def test_run_with_a_cache_that_cannot_be_written_says_which_variable_to_set(project: Project) -> None:
    project.environment["ABLATION_CACHE_DIR"] = "/proc/nope"
    completed = project.call("run", project.write())
    assert completed.returncode == 5
    assert "ABLATION_CACHE_DIR" in completed.stderr


@pytest.mark.parametrize("width", [40, 79, 200])
def test_show_never_cuts_a_name_or_a_number(
    finished_run: FinishedRun, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.display.tables.PIPE_WIDTH", width)
    printed = finished_run.project.call("show", "latest").stdout
    assert "…" not in printed
    assert "baseline" in printed
    assert "l2" in printed
