"""Whole runs to which something happens: the same command completes them, and what is published is whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ablation.store.embedded import BUCKET, EmbeddedServer
from tests.conftest import DEADLINE_S, TINY, Project, wait_for
from tests.faults.proxy import Fault, FaultProxy, Request
from tests.faults.test_publishing import sometimes
from tests.flows.test_ablation import running_trial

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("prefect")]

EVERY = {"GET", "PUT", "HEAD", "POST", "DELETE"}


@pytest.fixture
def remote(project: Project, server: EmbeddedServer, proxy: FaultProxy) -> Project:
    """Return a working directory whose store is a real server, reached through the proxy."""
    project.environment.update(
        ABLATION_STORE=f"s3://{BUCKET}",
        AWS_ENDPOINT_URL_S3=proxy.address,
        AWS_ACCESS_KEY_ID=server.credentials.access_key,
        AWS_SECRET_ACCESS_KEY=server.credentials.secret_key,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
    )
    project.write()
    return project


@pytest.mark.parametrize("fault", ["busy", "broken", "slow"])
def test_run_completes_where_a_tenth_of_the_requests_fails(fault: Fault, remote: Project, proxy: FaultProxy) -> None:
    proxy.decide = sometimes(fault, EVERY)
    code, result = remote.run_json("run", "study.yaml")
    assert code == 0
    assert_clean(remote, result)


def test_run_killed_before_one_of_its_last_requests_is_completed_by_the_same_command(
    remote: Project, proxy: FaultProxy
) -> None:
    first = whole_run(remote)
    begun = len(proxy.requests)
    remote.run_json("run", "study.yaml")
    of_a_rerun = len(proxy.requests) - begun
    for place in range(of_a_rerun - 10, of_a_rerun, 3):
        assert kill_at(place, remote, proxy) == -signal.SIGKILL
        assert_clean(remote, first)
    code, last = remote.run_json("run", "study.yaml")
    assert (code, {trial["status"] for trial in last["trials"]}) == (0, {"cached"})
    assert_clean(remote, last)


@pytest.mark.parametrize(
    ("signum", "ended"),
    [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 130)],
    ids=["killed", "told to end"],
)
def test_run_ended_while_it_trains_goes_on_with_what_it_had(
    signum: signal.Signals, ended: int, remote: Project, server: EmbeddedServer
) -> None:
    process = remote.start("run", "study.yaml", "--json", "--set", "training.epochs=40")
    published = wait_for_trials(server.root, 1, process)
    os.killpg(process.pid, signum)
    process.communicate(timeout=DEADLINE_S)
    assert process.returncode == ended

    code, result = remote.run_json("run", "study.yaml", "--set", "training.epochs=40")
    assert code == 0
    statuses = sorted(trial["status"] for trial in result["trials"])
    assert statuses.count("cached") >= published
    assert set(statuses) <= {"cached", "trained"}
    assert_clean(remote, result)


@pytest.mark.parametrize(
    ("signum", "limit", "status"),
    [(signal.SIGKILL, "runtime.timeout_min=10", "failed"), (signal.SIGSTOP, "runtime.timeout_min=0.1", "timeout")],
    ids=["killed", "hung"],
)
def test_trial_that_is_lost_costs_that_trial_alone_and_is_trained_by_the_same_command(
    signum: signal.Signals, limit: str, status: str, project: Project
) -> None:
    project.write(TINY + "  long: {set: {training.epochs: 1000}}\n")
    with project.start("run", "study.yaml", "--json", "--set", "seeds=[0]", "--set", limit) as process:
        victim = wait_for(lambda: running_trial(project, "long"), "the long trial to train")
        os.kill(victim.pid, signum)
        result = json.loads(process.communicate()[0])
    assert process.returncode == 1
    assert {trial["variant"]: trial["status"] for trial in result["trials"]}["long"] == status
    assert_clean(project, result)

    code, last = project.run_json("run", "study.yaml", "--set", "seeds=[0]")
    assert code == 0
    assert {trial["variant"]: trial["status"] for trial in last["trials"]} == {
        "baseline": "cached",
        "l2": "cached",
        "long": "trained",
    }
    assert_clean(project, last)


def test_run_whose_embedded_store_is_killed_loses_nothing(project: Project) -> None:
    project.environment["ABLATION_STORE_PATIENCE_S"] = "1"
    project.write()
    with project.start("run", "study.yaml", "--json", "--set", "training.epochs=40") as process:
        wait_for_trials(project.directory / "artifacts", 1, process)
        assert subprocess.run(["pkill", "-KILL", "-P", str(process.pid), "rclone"]).returncode == 0
        report = json.loads(process.communicate(timeout=DEADLINE_S * 4)[0])
    assert process.returncode == 5
    assert "none is lost" in report["error"]

    code, last = project.run_json("run", "study.yaml", "--set", "training.epochs=40")
    assert code == 0
    assert {trial["status"] for trial in last["trials"]} == {"cached"}
    assert_clean(project, last)


def test_damaged_history_of_a_finished_trial_is_made_again(remote: Project, server: EmbeddedServer) -> None:
    first = whole_run(remote)
    damaged = history_blob(server.root, first["trials"][0]["fingerprint"])
    damaged.write_bytes(bytes(byte ^ 1 for byte in damaged.read_bytes()))

    code, report = remote.run_json("run", "study.yaml")
    assert code == 5
    assert "the bytes were changed after they were published" in report["error"]
    code, last = remote.run_json("run", "study.yaml")
    assert code == 0
    assert [trial["status"] for trial in last["trials"]].count("trained") == 1
    assert_clean(remote, last)


def test_damaged_manifest_of_a_finished_trial_costs_that_trial_alone(remote: Project, server: EmbeddedServer) -> None:
    first = whole_run(remote)
    manifest = server.root / "trials" / first["trials"][0]["fingerprint"] / "attempt-1" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:100])

    code, last = remote.run_json("run", "study.yaml")
    assert (code, [trial["status"] for trial in last["trials"]].count("trained")) == (0, 1)
    assert_clean(remote, last)


def test_full_disk_is_said_in_one_line_and_what_was_finished_is_kept(project: Project, small_disk: Path) -> None:
    project.environment["ABLATION_CACHE_DIR"] = str(small_disk / "cache")
    project.write(TINY.replace("units: 8,", "units: 30000,"))  # 23 MB of weights and a checkpoint of them
    code, result = project.run_json("run", "study.yaml")
    assert code in (1, 5)
    assert "no space" in json.dumps(result).lower()

    del project.environment["ABLATION_CACHE_DIR"]
    code, last = project.run_json("run", "study.yaml")
    assert code == 0
    assert_clean(project, last)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def assert_clean(project: Project, result: dict[str, Any]) -> None:
    """See that the run is published whole, as `ablate verify` finds it."""
    code, report = project.call_json("verify", result["run_id"])
    assert code == 0, report


def kill_at(place: int, project: Project, proxy: FaultProxy) -> int:
    """Run the study, killed before it makes one of its requests; return how the process ended."""
    killed_at = len(proxy.requests) + place
    process = project.start("run", "study.yaml", "--json")

    def decide(request: Request) -> Fault | None:
        if request.number == killed_at:
            process.kill()
            process.wait()
        return None

    proxy.decide = decide
    process.communicate(timeout=DEADLINE_S)
    proxy.decide = lambda request: None
    return process.returncode


def history_blob(root: Path, fingerprint: str) -> Path:
    """Return the file of a trial's history."""
    manifest = json.loads((root / "trials" / fingerprint / "attempt-1" / "manifest.json").read_text())
    digest = manifest["outcome"]["files"]["history.csv"]["sha256"]
    return root / "blobs" / "sha256" / digest[:2] / digest


def wait_for_trials(root: Path, count: int, process: subprocess.Popen[str]) -> int:
    """Wait until so many trials are published; return how many are."""
    deadline = time.monotonic() + 4 * DEADLINE_S
    while (found := len(list(root.glob("trials/*/attempt-*/manifest.json")))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_damaged_model_of_a_finished_trial_is_restored_from_the_copy_of_a_run(
    remote: Project, server: EmbeddedServer
) -> None:
    first = whole_run(remote)
    flip(blob_of(server.root, first["trials"][0]["fingerprint"], "model.keras"))
    assert remote.call_json("verify", first["run_id"])[0] == 1
    code, repaired = remote.call_json("verify", first["run_id"], "--repair")
    assert (code, [repair["action"] for repair in repaired["repairs"]]) == (0, ["restored"])
    code, last = remote.run_json("run", "study.yaml")
    assert (code, {trial["status"] for trial in last["trials"]}) == (0, {"cached"})
    assert_clean(remote, first)
    assert_clean(remote, last)


def test_damaged_model_that_nothing_else_has_is_trained_again_after_a_repair(
    remote: Project, server: EmbeddedServer
) -> None:
    first = whole_run(remote)
    trial = first["trials"][0]
    folder = server.root / "studies" / "tiny" / first["run_id"]
    copy = folder / "variants" / trial["variant"] / f"seed-{trial['seed']}" / "model.keras"
    flip(blob_of(server.root, trial["fingerprint"], "model.keras"))
    flip(copy)
    code, repaired = remote.call_json("verify", "latest", "--repair")
    assert (code, [repair["action"] for repair in repaired["repairs"]]) == (1, ["removed", "removed"])
    assert repaired["command"] == "ablate run study.yaml"
    code, last = remote.run_json("run", "study.yaml")
    again = [(each["variant"], each["seed"]) for each in last["trials"] if each["status"] != "cached"]
    assert (code, again) == (0, [(trial["variant"], trial["seed"])])
    assert_clean(remote, last)
    code, repaired = remote.call_json("verify", first["run_id"], "--repair")
    assert [(each["action"], each["key"].rpartition("/")[2]) for each in repaired["repairs"]] == [
        ("left", "model.keras")  # equal weights, in a file that says when it was saved
    ]


def whole_run(project: Project) -> Any:
    """Return the result of a run in which nothing went wrong."""
    code, result = project.run_json("run", "study.yaml")
    errors = [(trial["variant"], trial["seed"], trial["status"], trial["error"]) for trial in result["trials"]]
    assert code == 0, errors
    return result


def flip(path: Path) -> None:
    """Change every byte of a file; it keeps its size."""
    path.write_bytes(bytes(byte ^ 1 for byte in path.read_bytes()))


def blob_of(root: Path, fingerprint: str, name: str) -> Path:
    """Return the file of one of a trial's blobs."""
    manifest = json.loads((root / "trials" / fingerprint / "attempt-1" / "manifest.json").read_text())
    digest = manifest["outcome"]["files"][name]["sha256"]
    return root / "blobs" / "sha256" / digest[:2] / digest
