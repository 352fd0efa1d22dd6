"""A trial's checkpoint between this machine and a real S3 server."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import prepare
from ablation.pipeline import TrialCheckpoint
from ablation.processes import Limits, ProcessEnd, run_isolated
from ablation.settings import Settings
from ablation.spec import find_dataset, load_study
from ablation.store import (
    Store,
    checkpoint_record_key,
    checkpoint_state_key,
    connect,
    delete_checkpoint,
    find_checkpoint,
    open_store,
    put_checkpoint,
)
from ablation.store.embedded import embedded_server
from ablation.training import HISTORY, PREDICTIONS, TRAIN, TrainJob
from ablation.training.checkpoints import read_checkpoint, write_checkpoint
from tests.conftest import DEADLINE_S, TINY, embedded_store, wait_for

TRIAL, OTHER = "a" * 64, "b" * 64


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with embedded_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def store(shared_store: Store) -> Iterator[Store]:
    """Yield a store without a checkpoint."""
    yield shared_store
    for trial in (TRIAL, OTHER):
        delete_checkpoint(shared_store, trial)


def state(epochs: int, step: int = 0) -> dict[str, Any]:
    return {"rows": [{}] * epochs, "step": step, "model": [np.full(9, epochs, np.float32)]}


def checkpoint_in(store: Store, directory: Path) -> TrialCheckpoint:
    return TrialCheckpoint(TRIAL, directory / "cache" / TRIAL, store.location)


def put(store: Store, directory: Path, epochs: int, step: int = 0, trial: str = TRIAL) -> None:
    write_checkpoint(directory / "elsewhere", state(epochs, step))
    put_checkpoint(store, trial, directory / "elsewhere", (epochs, step))


def reached(store: Store) -> tuple[int, int] | None:
    found = find_checkpoint(store, TRIAL)
    return found and found.reached


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        (None, (2, 5), (2, 5)),
        ((1, 0), (1, 1), (1, 1)),
        ((1, 9), (2, 0), (2, 0)),
        ((3, 0), (2, 5), (3, 0)),
        ((3, 0), None, (3, 0)),
    ],
)
def test_trial_goes_on_from_the_checkpoint_that_is_further_along(
    store: Store,
    tmp_path: Path,
    here: tuple[int, int] | None,
    there: tuple[int, int] | None,
    expected: tuple[int, int],
) -> None:
    checkpoint = checkpoint_in(store, tmp_path)
    if here:
        write_checkpoint(checkpoint.path, state(*here))
    if there:
        put(store, tmp_path, *there)
    checkpoint.restore(tmp_path)
    found = read_checkpoint(checkpoint.path)
    assert found is not None
    assert (len(found["rows"]), found["step"], found["model"][0][0]) == (*expected, expected[0])


def damaged(store: Store, directory: Path) -> None:
    put(store, directory, 2)
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    key = checkpoint_state_key(TRIAL, found.state.sha256)
    content = store.get(key)
    store.put(key, content[:40] + bytes([content[40] ^ 1]) + content[41:])


def cut(store: Store, directory: Path) -> None:
    put(store, directory, 2)
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    key = checkpoint_state_key(TRIAL, found.state.sha256)
    store.put(key, store.get(key)[:-9])


def foreign(store: Store, directory: Path) -> None:
    put(store, directory, 2, trial=OTHER)
    store.copy(checkpoint_record_key(OTHER), checkpoint_record_key(TRIAL))


def no_state(store: Store, directory: Path) -> None:
    (directory / "elsewhere").write_bytes(b"PK\x03\x04 no archive")
    put_checkpoint(store, TRIAL, directory / "elsewhere", (2, 0))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (damaged, "the bytes were changed"),
        (cut, "the bytes were changed"),
        (foreign, "the checkpoint of another trial"),
        (no_state, "no state of the trial"),
    ],
)
def test_checkpoint_that_is_not_the_trials_own_is_left_alone_with_a_line(
    store: Store,
    tmp_path: Path,
    spoil: Callable[[Store, Path], None],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoil(store, tmp_path)
    checkpoint = checkpoint_in(store, tmp_path)
    checkpoint.restore(tmp_path / "trial")
    assert not checkpoint.path.exists()
    assert list((tmp_path / "trial").glob("*")) == []
    assert [line for line in caplog.messages if reason in line and "\n" not in line] == caplog.messages
    assert len(caplog.messages) == 1


def test_checkpoint_is_uploaded_while_the_trial_trains_and_again_when_it_changes(store: Store, tmp_path: Path) -> None:
    checkpoint = checkpoint_in(store, tmp_path)

    def work() -> ProcessEnd:
        for epochs in (1, 2):
            write_checkpoint(checkpoint.path, state(epochs))
            wait_for(lambda: reached(store) == (epochs, 0), "the upload")  # noqa: B023
        return ProcessEnd("done")

    assert checkpoint.mirror(work, tmp_path / "trial").reason == "done"
    assert list((tmp_path / "trial").iterdir()) == []


@pytest.mark.parametrize(("reason", "expected"), [("interrupted", (4, 7)), ("failed", (4, 7)), ("done", None)])
def test_last_state_of_a_trial_that_was_ended_is_uploaded(
    store: Store, tmp_path: Path, reason: Any, expected: tuple[int, int] | None
) -> None:
    checkpoint = checkpoint_in(store, tmp_path)

    def work() -> ProcessEnd:
        write_checkpoint(checkpoint.path, state(4, 7))
        return ProcessEnd(reason)

    checkpoint.mirror(work, tmp_path / "trial")
    assert reached(store) == expected


def test_forgotten_checkpoint_is_gone_from_both_places(store: Store, tmp_path: Path) -> None:
    checkpoint = checkpoint_in(store, tmp_path)
    write_checkpoint(checkpoint.path, state(1))
    put(store, tmp_path, 1)
    checkpoint.forget()
    assert not checkpoint.path.exists()
    assert list(connect(store.location).keys("checkpoints/")) == []


def test_checkpoint_of_this_machine_alone_never_asks_a_store(tmp_path: Path) -> None:
    checkpoint = TrialCheckpoint(TRIAL, tmp_path / "cache" / TRIAL)
    write_checkpoint(checkpoint.path, state(1))
    checkpoint.restore(tmp_path)
    assert checkpoint.mirror(lambda: ProcessEnd("interrupted"), tmp_path).reason == "interrupted"
    assert checkpoint.path.exists()
    checkpoint.forget()
    assert not checkpoint.path.exists()


@pytest.mark.slow
def test_trial_whose_store_goes_down_in_the_middle_finishes_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = job_of(tmp_path)
    with embedded_server(tmp_path / "server") as server:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.credentials.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.credentials.secret_key)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.endpoint_url)
        with open_store(Settings(store="s3://ablation/results")) as store:
            checkpoint = checkpoint_in(store, tmp_path)
            alive = [server.pid]

            def is_cancelled() -> bool:
                if alive and reached(store):
                    os.kill(alive.pop(), signal.SIGKILL)
                return False

            def work() -> ProcessEnd:
                told = job.model_copy(update={"checkpoint": str(checkpoint.path)}).model_dump_json()
                folder = tmp_path / "mirrored"
                return run_isolated(TRAIN, told, folder, limits=Limits(DEADLINE_S), is_cancelled=is_cancelled)

            assert checkpoint.mirror(work, tmp_path / "trial").reason == "done"
    assert alive == []
    assert [line for line in caplog.messages if line.startswith("a checkpoint is on this machine alone")] != []
    assert run_isolated(TRAIN, job.model_dump_json(), tmp_path / "alone", limits=Limits(DEADLINE_S)).reason == "done"
    for name in (HISTORY, PREDICTIONS):
        assert (tmp_path / "mirrored" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()


def job_of(directory: Path) -> TrainJob:
    """Return a trial of some seconds."""
    (directory / "study.yaml").write_text(TINY.replace("epochs: 2", "epochs: 150"))
    settings = Settings(cache_dir=directory / "cache")
    trial = load_study(directory / "study.yaml").trials[0]
    dataset = find_dataset(trial.spec.data.dataset)
    assert dataset is not None
    prepared = prepare(trial.spec.data, dataset, trial.seed, settings)
    return TrainJob(trial=trial, prepared=prepared, cache_dir=str(settings.cache_dir), threads=1)
