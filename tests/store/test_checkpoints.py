"""States of unfinished trials: the newest one, whole, of the trial that it says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ablation.store import (
    BlobCorrupt,
    KeyMissing,
    ManifestCorrupt,
    Store,
    checkpoint_record_key,
    checkpoint_state_key,
    delete_checkpoint,
    download_checkpoint,
    find_checkpoint,
    put_checkpoint,
)

TRIAL, OTHER = "a" * 64, "b" * 64


def put(store: Store, directory: Path, state: bytes, reached: tuple[int, int] = (1, 0), trial: str = TRIAL) -> None:
    (directory / "state").write_bytes(state)
    put_checkpoint(store, trial, directory / "state", reached)


def key_of(state: bytes) -> str:
    return checkpoint_state_key(TRIAL, hashlib.sha256(state).hexdigest())


def keys(store: Store) -> list[str]:
    return [each.key for each in store.keys("checkpoints/")]


def test_checkpoint_comes_back_with_its_bytes_and_how_far_the_trial_was(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"weights", (3, 17))
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    assert found.reached == (3, 17)
    download_checkpoint(store, found, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"weights"


def test_checkpoint_of_a_trial_without_one_is_none(store: Store) -> None:
    assert find_checkpoint(store, TRIAL) is None


def test_newer_checkpoint_takes_the_place_of_all_before_it(store: Store, tmp_path: Path) -> None:
    store.put(key_of(b"uploaded by a machine that was gone before it wrote the record"), b"lost")
    put(store, tmp_path, b"older")
    put(store, tmp_path, b"of another trial", trial=OTHER)
    put(store, tmp_path, b"newer", (2, 0))
    own = [key for key in keys(store) if TRIAL in key]
    assert sorted(own) == sorted([key_of(b"newer"), checkpoint_record_key(TRIAL)])
    assert len(keys(store)) == 4


def test_same_checkpoint_put_twice_stays(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"weights")
    put(store, tmp_path, b"weights")
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    download_checkpoint(store, found, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"weights"


@pytest.mark.parametrize("bytes_found", [b"weightz", b"weig", b""], ids=["changed", "cut", "empty"])
def test_checkpoint_of_other_bytes_is_refused_and_leaves_no_file(
    store: Store, tmp_path: Path, bytes_found: bytes
) -> None:
    put(store, tmp_path, b"weights")
    store.put(key_of(b"weights"), bytes_found)
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    with pytest.raises(BlobCorrupt, match="bytes were changed"):
        download_checkpoint(store, found, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_checkpoint_whose_state_is_gone_is_missing(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"weights")
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    store.delete(key_of(b"weights"))
    with pytest.raises(KeyMissing):
        download_checkpoint(store, found, tmp_path / "copy")


def test_checkpoint_that_names_another_trial_is_refused(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"weights", trial=OTHER)
    store.copy(checkpoint_record_key(OTHER), checkpoint_record_key(TRIAL))
    with pytest.raises(ManifestCorrupt, match="the checkpoint of another trial, bbbbbbbbbbbbbbbb…"):
        find_checkpoint(store, TRIAL)


@pytest.mark.parametrize("record", [b"", b"{", b'{"state": 1}', b"\xff"])
def test_record_that_is_none_of_a_checkpoint_is_refused(store: Store, record: bytes) -> None:
    store.put(checkpoint_record_key(TRIAL), record)
    with pytest.raises(ManifestCorrupt, match="not the record of a checkpoint"):
        find_checkpoint(store, TRIAL)


def test_deleted_checkpoint_leaves_nothing(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"weights")
    delete_checkpoint(store, TRIAL)
    delete_checkpoint(store, OTHER)
    assert keys(store) == []
