from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ablation.pipeline import Workspace, remove_abandoned, workspaces
from ablation.records import TrialOutcome
from ablation.settings import Settings

OWNER = """
import sys, threading
from pathlib import Path
from ablation.pipeline import Workspace
from ablation.settings import Settings
with Workspace(Settings(cache_dir=Path(sys.argv[1])), "run").owned():
    print("owned", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path)


def test_workspace_is_owned_until_its_process_is_killed(settings: Settings) -> None:
    workspace = Workspace(settings, "run")
    command = [sys.executable, "-c", OWNER, str(settings.cache_dir)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        assert process.stdout.readline() == "owned\n"
        assert workspace.is_owned()
        remove_abandoned(settings)
        assert workspace.directory.is_dir()
        process.send_signal(signal.SIGKILL)
    assert not workspace.is_owned()
    remove_abandoned(settings)
    assert workspaces(settings) == []


def test_workspace_that_was_never_claimed_is_abandoned(settings: Settings) -> None:
    Workspace(settings, "old").directory.mkdir(parents=True)
    remove_abandoned(settings)
    assert workspaces(settings) == []


def test_workspace_gives_back_the_outcome_it_was_given(settings: Settings) -> None:
    workspace = Workspace(settings, "run")
    assert workspace.read_outcome("l2", 3) is None
    outcome = TrialOutcome(
        variant="l2", seed=3, fingerprint="a" * 64, status="diverged", metrics={"loss": float("nan")}
    )
    workspace.write_outcome(outcome)
    read = workspace.read_outcome("l2", 3)
    assert read is not None
    assert (read.status, str(read.metrics["loss"])) == ("diverged", "nan")


@pytest.mark.parametrize("content", [b"", b"{", b"[]"])
def test_workspace_with_a_torn_plan_has_none(settings: Settings, content: bytes) -> None:
    workspace = Workspace(settings, "run")
    workspace.directory.mkdir(parents=True)
    (workspace.directory / "plan.json").write_bytes(content)
    assert workspace.read_plan() is None


def test_workspace_knows_which_trials_have_begun(settings: Settings) -> None:
    workspace = Workspace(settings, "run")
    assert workspace.begun() == set()
    workspace.trial_directory("l2-strong", 0).mkdir(parents=True)
    workspace.trial_directory("baseline", 12).mkdir(parents=True)
    assert workspace.begun() == {("l2-strong", 0), ("baseline", 12)}
