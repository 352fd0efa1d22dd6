"""`ablate publish`, and what `ablate status` and `ablate plan` say of trials that wait."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from ablation.pipeline import WaitingTrial, outbox_of
from ablation.pipeline.delivering.outbox import Outbox
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.store import reference
from cli.failures import reported
from tests.conftest import Project, embedded_store, new_project

TRIAL = "a" * 64


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty working directory; Prefect is not asked for anything."""
    return new_project(tmp_path, "http://127.0.0.1:9/api")


def hold(project: Project, fingerprint: str = TRIAL) -> Outbox:
    """Let a trial wait for the embedded store of a project."""
    with embedded_store(project.directory) as store:
        outbox = outbox_of(store, Settings(cache_dir=project.directory / ".ablation-cache"))
    folder = project.directory / "trial"
    folder.mkdir()
    (folder / "log.txt").write_bytes(b"a line\n")
    files = {"log.txt": reference(b"a line\n", "text/plain; charset=utf-8")}
    waiting = WaitingTrial(
        store=outbox.store,
        study="tiny",
        run_id="run",
        held_at=datetime.now(UTC),
        outcome=TrialOutcome(
            variant="l2", seed=1, fingerprint=fingerprint, status="trained", files=files, is_waiting=True
        ),
        provenance={},
        has_stored_checkpoint=False,
    )
    outbox.hold(folder, waiting)
    return outbox


def test_publish_says_each_trial_and_the_second_time_that_none_waits(project: Project) -> None:
    hold(project)
    assert "1 finished trial waits on this machine" in project.call("status").stderr
    waiting = [{"store": str(project.directory / "artifacts"), "trials": 1}]
    assert project.call_json("status") == (0, {"run_id": None, "study": None, "trials": [], "waiting": waiting})
    completed = project.call("publish")
    assert (completed.returncode, completed.stdout) == (0, "tiny: l2 seed 1: published\n")
    assert (project.directory / "artifacts/trials" / TRIAL / "attempt-1/manifest.json").is_file()
    assert project.call("publish").stdout == "No trial waits for this store.\n"
    assert "wait" not in project.call("status").stderr


def test_plan_counts_a_trial_that_waits_as_finished_and_says_that_it_waits(project: Project) -> None:
    spec = project.write()
    planned = project.call_json("plan", spec)[1]["trials"]
    (l2,) = (each["fingerprint"] for each in planned if (each["variant"], each["seed"]) == ("l2", 1))
    hold(project, l2)
    code, plan = project.call_json("plan", spec)
    assert code == 0
    assert [(each["cached"], each["waiting"]) for each in plan["trials"]] == [(False, False)] * 3 + [(True, True)]
    assert {name: plan["totals"][name] for name in ("finished", "waiting", "to_train")} == {
        "finished": 1,
        "waiting": 1,
        "to_train": 3,
    }
    assert "1 finished trial waits on this machine" in project.call("plan", spec).stderr


def test_publish_as_json_lists_what_was_published_and_what_was_changed(project: Project) -> None:
    outbox = hold(project)
    (outbox.directory / TRIAL / "log.txt").write_text("another line\n")
    code, document = project.call_json("publish")
    assert (code, document["published"]) == (1, [])
    (outbox.directory / TRIAL / "log.txt").write_text("a line\n")
    code, document = project.call_json("publish")
    row = {"study": "tiny", "run_id": "run", "variant": "l2", "seed": 1, "fingerprint": TRIAL}
    assert (code, document) == (0, {"published": [row], "damaged": []})


def test_publish_to_a_store_that_is_away_says_what_waits(project: Project) -> None:
    hold(project)
    project.environment.update(
        {
            "ABLATION_STORE": "s3://bucket/x",
            "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
    )
    completed = project.call("publish")
    assert completed.returncode == 5
    assert "cannot use the store s3://bucket/x" in completed.stderr
    assert f"waits on this machine for the store {project.directory.resolve() / 'artifacts'}" in completed.stderr


def test_full_disk_is_one_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, reported(), open("/dev/full", "w", buffering=1) as full:
        full.write("one line\n")
    assert caught.value.exit_code == 5
    assert capsys.readouterr().err.startswith("no space is left on the disk")
