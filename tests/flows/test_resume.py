"""A run that is killed in the middle of its trials, and what the same command makes of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import prepare
from ablation.processes import Limits, run_isolated
from ablation.settings import Settings
from ablation.spec import find_dataset, load_study
from ablation.training import HISTORY, PREDICTIONS, TRAIN, Progress, TrainJob, read_progress
from tests.conftest import DEADLINE_S, TINY, Project, wait_for

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.slow]

KILLS = 20
DROPOUT = "    - {kind: dropout, name: drop, rate: 0.5}\n    - {kind: dense, name: output"
STUDY = re.sub(
    r"epochs: 2\n.*?seeds:",
    "epochs: 400\n  batch_size: 30\n  early_stopping: {monitor: val_loss, patience: 400, restore_best: true}\n"
    "runtime: {checkpoint_s: 0}\nseeds:",
    TINY.replace("    - {kind: dense, name: output", DROPOUT).replace("kind: sgd", "kind: adam"),
    flags=re.DOTALL,
)


def numbers(result: Any) -> dict[str, Any]:
    """Return what a trial learnt, by its name: everything but times, memory, and how it was told to end."""
    return {
        f"{trial['variant']} {trial['seed']}": (trial["metrics"], trial["epochs"], trial["best_epoch"])
        for trial in result["trials"]
    }


def histories(project: Project, result: Any) -> dict[str, bytes]:
    folder = project.published(result["run_id"])
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("seed-*/history.csv")}


def far_enough(project: Project) -> Progress | None:
    for directory in project.directory.glob(".ablation-cache/runs/*/variants/*/seed-*"):
        progress = read_progress(directory)
        if progress and progress.epoch > 20:
            return progress
    return None


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_run_that_was_ended_goes_on_where_its_trials_were(project: Project, signum: signal.Signals) -> None:
    spec = project.write(STUDY)
    with project.start("run", spec) as process:
        wait_for(lambda: far_enough(project), "a trial to be in the middle")
        os.kill(process.pid, signum)
        process.communicate(timeout=DEADLINE_S)
    kept = [path.name for path in project.directory.glob(".ablation-cache/checkpoints/[0-9a-f]*")]
    code, resumed = project.run_json("run", spec)
    assert code == 0
    assert len(kept) >= 1
    assert any(trial["resumed_from"] for trial in resumed["trials"])
    assert list(project.directory.glob(".ablation-cache/checkpoints/*")) == []

    code, whole = project.run_json("run", spec, "--no-cache")
    assert code == 0
    assert not any(trial["resumed_from"] for trial in whole["trials"])
    assert numbers(resumed) == numbers(whole)
    assert histories(project, resumed) == histories(project, whole)


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_run_whose_machine_is_lost_goes_on_on_another_from_the_store(project: Project, signum: signal.Signals) -> None:
    study = STUDY.replace("checkpoint_s: 0}", "checkpoint_s: 0, checkpoint: store}")
    spec = project.write(study.replace("epochs: 400", "epochs: 150"))
    with project.start("run", spec) as process:
        wait_for(lambda: stored_far_enough(project), "a state in the store")
        os.kill(process.pid, signum)
        process.communicate(timeout=DEADLINE_S)
    kept = stored(project)
    shutil.rmtree(project.directory / ".ablation-cache")
    code, resumed = project.run_json("run", spec)
    assert code == 0
    assert kept == {trial["fingerprint"]: trial["resumed_from"] for trial in resumed["trials"] if trial["resumed_from"]}
    assert max(kept.values()) > 20
    assert [path for path in project.directory.glob("artifacts/checkpoints/**/*") if path.is_file()] == []

    code, whole = project.run_json("run", spec, "--no-cache")
    assert code == 0
    assert not any(trial["resumed_from"] for trial in whole["trials"])
    assert numbers(resumed) == numbers(whole)
    assert histories(project, resumed) == histories(project, whole)


def stored(project: Project) -> dict[str, int]:
    """Return the epochs of the states in the store, by trial."""
    records = project.directory.glob("artifacts/checkpoints/*/latest.json")
    return {path.parent.name: json.loads(path.read_text())["epochs"] for path in records if path.stat().st_size}


def stored_far_enough(project: Project) -> bool:
    return max(stored(project).values(), default=0) > 20


def test_trial_killed_twenty_times_ends_with_the_bits_of_one_that_was_not(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY)
    settings = Settings(cache_dir=tmp_path / "cache")
    trial = next(each for each in load_study(tmp_path / "study.yaml").trials if each.variant == "l2")
    dataset = find_dataset(trial.spec.data.dataset)
    assert dataset is not None
    prepared = prepare(trial.spec.data, dataset, trial.seed, settings)
    job = TrainJob(
        trial=trial,
        prepared=prepared,
        cache_dir=str(settings.cache_dir),
        threads=1,
        checkpoint=str(tmp_path / "checkpoint"),
    )
    rng = np.random.default_rng(0)
    epochs = np.sort(rng.choice(np.arange(1, 380), size=KILLS, replace=False))
    for epoch in epochs:
        end = run_isolated(
            TRAIN,
            job.model_dump_json(),
            tmp_path / "killed",
            limits=Limits(DEADLINE_S),
            is_cancelled=lambda least=epoch: kill_after(tmp_path / "killed", least),
        )
        assert str(end.error).startswith("killed by SIGKILL")
    for directory, checkpoint in (("killed", job.checkpoint), ("whole", None)):
        told = job.model_copy(update={"checkpoint": checkpoint}).model_dump_json()
        assert run_isolated(TRAIN, told, tmp_path / directory, limits=Limits(DEADLINE_S)).reason == "done"
    # It says that an epoch is over a moment before that epoch's state is kept: a kill may come in between.
    assert json.loads((tmp_path / "killed" / "result.json").read_text())["resumed_from"] >= epochs[-1] - 1
    assert (tmp_path / "killed" / HISTORY).read_bytes() == (tmp_path / "whole" / HISTORY).read_bytes()
    with np.load(tmp_path / "killed" / PREDICTIONS) as killed, np.load(tmp_path / "whole" / PREDICTIONS) as whole:
        assert {name: killed[name].tobytes() for name in killed} == {name: whole[name].tobytes() for name in whole}


def kill_after(directory: Path, epoch: int) -> bool:
    """Kill the trial's process at whatever it does, once it has finished an epoch."""
    progress = read_progress(directory)
    if progress and progress.epoch >= epoch and Path(f"/proc/{progress.pid}").exists():
        os.kill(progress.pid, signal.SIGKILL)
    return False
