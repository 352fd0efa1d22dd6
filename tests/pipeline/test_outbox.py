"""Finished trials whose store is away: what is kept, how it is published later."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ablation.pipeline import (
    RunContext,
    RunWaits,
    WaitingTrial,
    Workspace,
    count_waiting,
    deliver,
    outbox_of,
    publish_outcome,
    publish_waiting,
)
from ablation.pipeline.delivering.delivery import outlast
from ablation.pipeline.delivering.publishing import upload_files
from ablation.pipeline.trials.training import explain_end
from ablation.processes import ProcessEnd
from ablation.records import TrialOutcome, TrialStatus
from ablation.settings import Settings
from ablation.store import (
    BlobCorrupt,
    Store,
    StoreLocation,
    StoreUnreachable,
    connect,
    find_trial,
    get_blob,
    put_blob,
    reference,
    store_name,
)
from tests.conftest import DEADLINE_S, embedded_store, wait_for

TRIAL, OTHER = "a" * 64, "b" * 64
HISTORY = b"epoch,loss,val_loss\n1,0.5,0.6\n2,0.25,0.3\n"


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with embedded_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def store(shared_store: Store) -> Iterator[Store]:
    """Yield a store without anything in it."""
    yield shared_store
    for item in list(shared_store.keys()):
        shared_store.delete(item.key)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ABLATION_CACHE_DIR", str(tmp_path / "cache"))
    return Settings()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> StoreLocation:
    """Return where a store is that nobody answers for."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return StoreLocation(uri="s3://ablation/x", endpoint_url=f"http://127.0.0.1:{taken.getsockname()[1]}")


def run_on(location: StoreLocation, is_offline: bool = False) -> RunContext:
    return RunContext(
        study="tiny", run_id="run", store=location, is_offline=is_offline, threads=1, workers=1, timeout_s=60
    )


def outcome(fingerprint: str = TRIAL, status: TrialStatus = "trained", is_waiting: bool = True) -> TrialOutcome:
    return TrialOutcome(
        variant="l2",
        seed=1,
        fingerprint=fingerprint,
        status=status,
        metrics={"val_loss": 0.3},
        files={"history.csv": reference(HISTORY, "text/csv; charset=utf-8")},
        is_waiting=is_waiting,
    )


def folder_of(tmp_path: Path, **files: bytes) -> Path:
    """Make what a trial's process leaves."""
    folder = tmp_path / "trial"
    folder.mkdir()
    for name, data in ({"history.csv": HISTORY} | files).items():
        (folder / name).write_bytes(data)
    return folder


def hold(store: Store, settings: Settings, tmp_path: Path, fingerprint: str = TRIAL, **files: bytes) -> WaitingTrial:
    outbox = outbox_of(store, settings)
    waiting = WaitingTrial(
        store=outbox.store,
        study="tiny",
        run_id="run",
        held_at=datetime.now(UTC),
        outcome=outcome(fingerprint),
        provenance={"python": "3.11"},
        has_stored_checkpoint=False,
    )
    outbox.hold(folder_of(tmp_path, **files), waiting)
    return waiting


def published(store: Store) -> TrialOutcome | None:
    """Return the trial as the store has it, without the record of where it comes from."""
    found = find_trial(store, TRIAL)
    return found and found.model_copy(update={"provenance": None})


def attempts(store: Store) -> list[str]:
    return [item.key for item in store.keys("trials/")]


def test_held_trial_leaves_its_place_with_its_own_files_alone(store: Store, settings: Settings, tmp_path: Path) -> None:
    waiting = hold(store, settings, tmp_path, **{".env": b"AWS_SECRET_ACCESS_KEY=secret", "result.json": b"{}"})
    assert not (tmp_path / "trial").exists()
    kept = outbox_of(store, settings).path_of(waiting, "history.csv")
    assert kept.read_bytes() == HISTORY
    assert {path.name for path in kept.parent.iterdir()} == {"history.csv", "waiting.json"}
    assert outbox_of(store, settings).trials() == (waiting,)


def test_held_trial_takes_the_place_of_an_equal_one(store: Store, settings: Settings, tmp_path: Path) -> None:
    hold(store, settings, tmp_path)
    newer = hold(store, settings, tmp_path)
    assert outbox_of(store, settings).trials() == (newer,)
    assert [path.name for path in outbox_of(store, settings).directory.iterdir()] == [TRIAL]


def test_trial_without_one_of_its_files_is_not_held(store: Store, settings: Settings, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, log=b"1")
    (folder / "history.csv").unlink()
    waiting = WaitingTrial(
        store="s", study="tiny", run_id="run", held_at=datetime.now(UTC), outcome=outcome(), provenance={},
        has_stored_checkpoint=False,
    )  # fmt: skip
    with pytest.raises(FileNotFoundError):
        outbox_of(store, settings).hold(folder, waiting)
    assert (folder / "log").is_file()
    assert outbox_of(store, settings).trials() == ()


def test_published_trial_is_found_as_any_other_and_waits_no_more(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    checkpoint = settings.cache_dir / "checkpoints" / TRIAL
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"state")
    waiting = hold(store, settings, tmp_path)
    told: list[WaitingTrial] = []

    assert publish_waiting(store, settings, told.append) == ()

    assert told == [waiting]
    assert published(store) == outcome(is_waiting=False)
    assert get_blob(store, outcome().files["history.csv"]) == HISTORY
    assert json.loads(store.get(attempts(store)[0]))["provenance"] == {"python": "3.11"}
    assert outbox_of(store, settings).trials() == ()
    assert not checkpoint.exists()


def test_trial_that_the_store_has_already_is_not_published_again(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    hold(store, settings, tmp_path)
    publish_waiting(store, settings)
    hold(store, settings, tmp_path)  # as after a kill between the manifest and the removal
    publish_waiting(store, settings)
    assert attempts(store) == [f"trials/{TRIAL}/attempt-1/manifest.json"]
    assert outbox_of(store, settings).trials() == ()


def test_trial_whose_file_was_changed_is_kept_and_not_published(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    damaged = hold(store, settings, tmp_path)
    whole = hold(store, settings, tmp_path, OTHER)
    outbox_of(store, settings).path_of(damaged, "history.csv").write_bytes(HISTORY.replace(b"5", b"6"))
    assert publish_waiting(store, settings) == (damaged,)
    assert outbox_of(store, settings).trials() == (damaged,)
    assert attempts(store) == [f"trials/{whole.outcome.fingerprint}/attempt-1/manifest.json"]


def test_two_that_publish_at_once_publish_each_trial_once(store: Store, settings: Settings, tmp_path: Path) -> None:
    for fingerprint in (TRIAL, OTHER):
        hold(store, settings, tmp_path, fingerprint)
    told: list[WaitingTrial] = []
    both = threading.Barrier(2)

    def publish() -> None:
        both.wait(DEADLINE_S)
        publish_waiting(store, settings, told.append)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(publish), pool.submit(publish)]:
            future.result()
    assert sorted(waiting.outcome.fingerprint for waiting in told) == [TRIAL, OTHER]
    assert attempts(store) == [f"trials/{each}/attempt-1/manifest.json" for each in (TRIAL, OTHER)]


def test_publishing_waits_for_another_that_publishes(store: Store, settings: Settings, tmp_path: Path) -> None:
    hold(store, settings, tmp_path)
    with ThreadPoolExecutor(1) as pool:
        with outbox_of(store, settings).alone():
            future = pool.submit(publish_waiting, store, settings)
            wait_for(lambda: len(locks_waited_for()) > 0, "the other to wait")
            assert attempts(store) == []
        assert future.result(DEADLINE_S) == ()
    assert len(attempts(store)) == 1


def locks_waited_for() -> list[str]:
    """Return the kernel's lines about locks that a thread of this process waits for."""
    lines = Path("/proc/locks").read_text().splitlines()
    return [line for line in lines if "->" in line and f" {os.getpid()} " in line]


def test_waiting_trials_are_counted_by_store_and_what_is_no_record_is_ignored(
    store: Store, settings: Settings, tmp_path: Path, away: StoreLocation
) -> None:
    hold(store, settings, tmp_path)
    hold(store, settings, tmp_path, OTHER)
    hold(connect(away), settings, tmp_path)
    broken = outbox_of(store, settings).directory / ("c" * 64)
    broken.mkdir()
    (broken / "waiting.json").write_text("{")
    assert count_waiting(settings) == {str(store.root): 2, f"s3://ablation/x at {away.endpoint_url}": 1}
    assert len(outbox_of(store, settings).trials()) == 2


@pytest.mark.parametrize(
    ("endpoint_url", "name"),
    [
        ("http://user:secret@host:9000/", "s3://bucket/prefix at http://host:9000"),
        ("https://s3.example.org", "s3://bucket/prefix at https://s3.example.org"),
        (None, "s3://bucket/prefix at the AWS endpoint"),
    ],
)
def test_name_of_a_store_has_no_secret(endpoint_url: str | None, name: str) -> None:
    location = StoreLocation(uri="s3://bucket/prefix", endpoint_url=endpoint_url)
    assert store_name(Store(location, "bucket", "prefix/", None)) == name  # type: ignore[arg-type]


def workspace_with(settings: Settings, **files: bytes) -> Path:
    folder = Workspace(settings, "run").trial_directory("l2", 1)
    folder.mkdir(parents=True)
    for name, data in ({"history.csv": HISTORY} | files).items():
        (folder / name).write_bytes(data)
    return folder


def test_trial_that_is_finished_while_the_store_is_away_waits_whole(settings: Settings, away: StoreLocation) -> None:
    workspace_with(settings, **{"log.txt": b"a line\n", "progress.json": b"{}"})
    run = run_on(away, is_offline=True)
    trained = upload_files(outcome(is_waiting=False).model_copy(update={"files": {}}), run)
    assert trained.is_waiting
    assert set(trained.files) == {"history.csv", "log.txt"}

    published = publish_outcome(trained, run)

    assert published.is_waiting
    (waiting,) = outbox_of(connect(away), settings).trials()
    assert waiting.outcome == published
    expected = {"history.csv", "log.txt", "curves.svg", "curves.png", "metrics.json"}
    assert set(published.files) == expected
    assert outbox_of(connect(away), settings).is_whole(waiting)
    place = outbox_of(connect(away), settings).path_of(waiting, "metrics.json")
    assert json.loads(place.read_bytes()) == {"val_loss": 0.3}
    assert Workspace(settings, "run").read_outcome("l2", 1) == published


@pytest.mark.parametrize("local", [None, b"other bytes"])
def test_trial_of_another_machine_is_published_from_the_files_in_the_store(
    store: Store, settings: Settings, local: bytes | None
) -> None:
    if local is not None:
        (workspace_with(settings) / "history.csv").write_bytes(local)
    put_blob(store, HISTORY, "text/csv; charset=utf-8")
    published = publish_outcome(outcome(is_waiting=False), run_on(store.location))
    assert find_trial(store, TRIAL) == published
    assert "curves.svg" in published.files


def test_run_whose_store_is_away_says_how_many_trials_wait_and_what_publishes_them(
    settings: Settings, tmp_path: Path, away: StoreLocation
) -> None:
    hold(connect(away), settings, tmp_path)
    with pytest.raises(RunWaits) as caught:
        deliver((outcome(),), run_on(away, is_offline=True))
    message = str(caught.value)
    assert "1 finished trial waits on this machine" in message
    assert "`ablate publish`" in message
    assert str(away.endpoint_url) in message
    assert len(outbox_of(connect(away), settings).trials()) == 1


def test_delivered_outcomes_wait_no_more(store: Store, settings: Settings, tmp_path: Path) -> None:
    hold(store, settings, tmp_path)
    workspace_with(settings)
    twin = outcome().model_copy(update={"variant": "twin", "status": "cached"})
    failed = outcome(OTHER, status="failed")
    delivered = deliver((outcome(), twin, failed), run_on(store.location))
    assert [each.is_waiting for each in delivered] == [False, False, False]
    assert published(store) == delivered[0]
    assert get_blob(store, failed.files["history.csv"]) == HISTORY
    assert find_trial(store, OTHER) is None


def test_delivered_trial_whose_file_was_changed_has_no_result(store: Store, settings: Settings, tmp_path: Path) -> None:
    waiting = hold(store, settings, tmp_path)
    outbox_of(store, settings).path_of(waiting, "history.csv").write_bytes(b"")
    (delivered,) = deliver((outcome(),), run_on(store.location))
    assert (delivered.status, delivered.is_waiting, delivered.files) == ("failed", False, {})
    assert "changed while" in str(delivered.error)


def test_store_that_went_away_for_a_while_is_outlasted(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ablation.pipeline.delivering.delivery.PAUSE_S", 0.01)
    answers: list[Exception | str] = [StoreUnreachable("away"), StoreUnreachable("away"), "done"]

    def ask() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert outlast(ask, run_on(store.location)) == "done"


def test_error_that_waiting_does_not_mend_is_not_outlasted(store: Store, settings: Settings) -> None:
    asked = []

    def ask() -> None:
        asked.append(1)
        raise BlobCorrupt("other bytes")

    with pytest.raises(BlobCorrupt):
        outlast(ask, run_on(store.location))
    assert asked == [1]


def test_full_disk_does_not_end_a_trial_that_is_published(settings: Settings) -> None:
    folder = Workspace(settings, "run").trial_directory("l2", 1)
    folder.mkdir(parents=True)
    (folder / f".outcome.json-{threading.get_ident()}").symlink_to("/dev/full")
    Workspace(settings, "run").write_outcome(outcome())
    assert Workspace(settings, "run").read_outcome("l2", 1) is None


def test_trial_on_a_full_disk_says_so_in_one_line() -> None:
    full = Path("/proc")  # a file system without a free byte
    explained = explain_end(ProcessEnd("failed", "ended with exit code 1"), full)
    assert explained.startswith("no space is left on the disk of ABLATION_CACHE_DIR")
    assert "\n" not in explained


def test_trial_that_failed_on_a_disk_with_space_says_its_own_error(tmp_path: Path) -> None:
    assert explain_end(ProcessEnd("failed", "ValueError: no"), tmp_path) == "ValueError: no"
