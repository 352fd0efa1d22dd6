"""The same seed gives the same bits: alone, again, beside another trial, in a fresh interpreter."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ablation.data import prepare
from ablation.machine import read_processor
from ablation.processes import Limits, run_isolated
from ablation.settings import Settings
from ablation.spec import find_dataset, load_study
from ablation.training import HISTORY, PREDICTIONS, RESULT, TRAIN, TrainJob, TrainResult
from tests.conftest import TINY

Bits = tuple[bytes, str]

# Wide enough for two threads to share the sums of sparse rows.
WORDS = """\
study: words
question: Do texts give the same bits, too?
data:
  dataset: {{uri: {uri}, sha256: {sha256}, format: {{kind: keras_sequences}}, classes: 2}}
  validation: {{fraction: 0.25}}
  encode: {{kind: multi_hot, vocabulary_size: 4000, mode: tf_idf}}
model:
  layers:
    - {{kind: dense, name: hidden, units: 64, activation: relu}}
    - {{kind: dropout, name: drop, rate: 0.5}}
    - {{kind: dense, name: output, units: 1}}
training:
  optimizer: {{kind: rmsprop}}
  loss: {{kind: binary_crossentropy}}
  epochs: 2
  batch_size: 200
seeds: [0, 1]
variants:
  words: {{}}
"""


# Sums over a batch that two threads share, augmentation and dropout.
IMAGES = """\
study: images
question: Do convolutions give the same bits, too?
data:
  dataset: digits
  validation: {fraction: 0.25}
  augment: [{kind: shift, width: 0.2}]
model:
  layers:
    - {kind: reshape, name: image, target_shape: [8, 8, 1]}
    - {kind: conv2d, name: first, filters: 32, kernel_size: 3, activation: relu}
    - {kind: conv2d, name: second, filters: 32, kernel_size: 3, activation: relu}
    - {kind: flatten, name: flat}
    - {kind: dropout, name: drop, rate: 0.3}
    - {kind: dense, name: output, units: 10}
training: {optimizer: {kind: adam}, epochs: 2, batch_size: 128}
seeds: [0]
variants: {images: {}}
"""


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], TrainJob]:
    """The trials of a small study with dropout, by variant and seed."""
    directory = tmp_path_factory.mktemp("determinism")
    dropout = "    - {kind: dropout, name: drop, rate: 0.5}\n    - {kind: dense, name: output"
    (directory / "study.yaml").write_text(TINY.replace("    - {kind: dense, name: output", dropout))
    return jobs_of(directory / "study.yaml")


@pytest.fixture(scope="module")
def text_jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], TrainJob]:
    """The trials of a small study of texts, which are fitted with sparse rows."""
    directory = tmp_path_factory.mktemp("texts")
    texts = np.empty(900, dtype=object)
    texts[:] = [(3990 * np.random.default_rng(index).random(150) ** 2).astype(int).tolist() for index in range(900)]
    path = directory / "texts.npz"
    np.savez(path, x=texts, y=np.arange(900) % 2)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (directory / "study.yaml").write_text(WORDS.format(uri=path.as_uri(), sha256=digest))
    return jobs_of(directory / "study.yaml")


def jobs_of(study: Path) -> dict[tuple[str, int], TrainJob]:
    settings = Settings(cache_dir=study.parent / "cache")
    jobs = {}
    for trial in load_study(study).trials:
        dataset = find_dataset(trial.spec.data.dataset)
        assert dataset is not None
        prepared = prepare(trial.spec.data, dataset, trial.seed, settings)
        job = TrainJob(trial=trial, prepared=prepared, cache_dir=str(settings.cache_dir), threads=1)
        jobs[trial.variant, trial.seed] = job
    return jobs


def train(job: TrainJob, directory: Path) -> Bits:
    end = run_isolated(TRAIN, job.model_dump_json(), directory, limits=Limits(120))
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


@pytest.mark.parametrize("threads", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_trial_records_how_exactly_its_bits_come_again(
    jobs: dict[tuple[str, int], TrainJob], tmp_path: Path, threads: int
) -> None:
    job = jobs["baseline", 0].model_copy(update={"threads": threads, "devices": ()})
    train(job, tmp_path / "out")
    found = TrainResult.model_validate_json((tmp_path / "out" / RESULT).read_bytes()).determinism
    assert (found.level, found.has_deterministic_operations) == ("bit-exact", True)
    assert (found.backend, found.device, found.threads) == ("tensorflow", "cpu", threads)
    assert (found.device_name, found.instructions) == (read_processor().name, read_processor().instructions)


@pytest.mark.slow
def test_convolutions_on_two_threads_give_the_same_bits_again(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(IMAGES)
    job = jobs_of(tmp_path / "study.yaml")["images", 0].model_copy(update={"threads": 2})
    once = train(job, tmp_path / "once")
    assert train(job, tmp_path / "again") == once


@pytest.mark.slow
def test_trial_of_sparse_rows_gives_the_same_bits_again_beside_another_and_with_two_threads(
    text_jobs: dict[tuple[str, int], TrainJob], tmp_path: Path
) -> None:
    job = text_jobs["words", 0]
    alone = train(job, tmp_path / "alone")
    with ThreadPoolExecutor(2) as workers:
        beside = workers.submit(train, job.model_copy(update={"threads": 2}), tmp_path / "beside")
        other = workers.submit(train, text_jobs["words", 1], tmp_path / "other")
    assert beside.result() == alone
    assert other.result() != alone


@pytest.mark.slow
def test_trial_of_sparse_rows_is_that_of_dense_rows_but_for_rounding(
    text_jobs: dict[tuple[str, int], TrainJob], tmp_path: Path
) -> None:
    job = text_jobs["words", 0]
    spec = job.trial.spec.model_copy(
        update={"training": job.trial.spec.training.model_copy(update={"sparse_inputs": False})}
    )
    dense = job.model_copy(update={"trial": job.trial.model_copy(update={"spec": spec})})
    found, expected = train(job, tmp_path / "sparse"), train(dense, tmp_path / "dense")
    assert found[1] != expected[1]
    with np.load(tmp_path / "sparse" / PREDICTIONS) as ours, np.load(tmp_path / "dense" / PREDICTIONS) as theirs:
        assert all(np.allclose(ours[name], theirs[name], atol=1e-4) for name in ("train", "val", "test"))
