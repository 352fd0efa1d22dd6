"""The same seed gives the same bits: alone, again, beside another trial, in a fresh interpreter."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ablation.catalogue import catalogue
from ablation.data import prepare
from ablation.settings import Settings
from ablation.spec import load_study
from ablation.training import HISTORY, PREDICTIONS, TRAIN, TrainJob, run_isolated
from tests.conftest import TINY

Bits = tuple[bytes, str]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], TrainJob]:
    """The trials of a small study with dropout, by variant and seed."""
    directory = tmp_path_factory.mktemp("determinism")
    dropout = "    - {kind: dropout, name: drop, rate: 0.5}\n    - {kind: dense, name: output"
    (directory / "study.yaml").write_text(TINY.replace("    - {kind: dense, name: output", dropout))
    settings = Settings(cache_dir=directory / "cache")
    return {
        (trial.variant, trial.seed): TrainJob(
            trial=trial,
            prepared=prepare(trial.spec.data, catalogue()[trial.spec.data.dataset], trial.seed, settings),
            cache_dir=str(settings.cache_dir),
            threads=1,
        )
        for trial in load_study(directory / "study.yaml").trials
    }


def train(job: TrainJob, directory: Path) -> Bits:
    end = run_isolated(TRAIN, job.model_dump_json(), directory, timeout_s=120)
    assert end.reason == "done", end.error
    return bits(directory)


def bits(directory: Path) -> Bits:
    with np.load(directory / PREDICTIONS) as outputs:
        digest = hashlib.sha256(b"".join(outputs[name].tobytes() for name in sorted(outputs)))
    return (directory / HISTORY).read_bytes(), digest.hexdigest()


def test_trial_trained_alone_twice_and_beside_another_gives_the_same_bits(
    jobs: dict[tuple[str, int], TrainJob], tmp_path: Path
) -> None:
    job = jobs["baseline", 0]
    alone = train(job, tmp_path / "alone")
    with ThreadPoolExecutor(2) as workers:
        beside = workers.submit(train, job, tmp_path / "beside")
        other = workers.submit(train, jobs["baseline", 1], tmp_path / "other")
    assert beside.result() == alone
    assert other.result() != alone


@pytest.mark.slow
def test_trial_trained_in_a_fresh_interpreter_gives_the_same_bits(
    jobs: dict[tuple[str, int], TrainJob], tmp_path: Path
) -> None:
    job = jobs["l2", 0]
    (tmp_path / "trial.json").write_text(job.model_dump_json())
    command = [sys.executable, "-m", "ablation.training", str(tmp_path / "trial.json"), str(tmp_path / "fresh")]
    subprocess.run(command, check=True, capture_output=True)
    assert bits(tmp_path / "fresh") == train(job, tmp_path / "forked")


def test_trial_with_two_threads_gives_the_same_bits_as_with_one(
    jobs: dict[tuple[str, int], TrainJob], tmp_path: Path
) -> None:
    job = jobs["baseline", 1]
    one = train(job, tmp_path / "one")
    assert train(job.model_copy(update={"threads": 2}), tmp_path / "two") == one
