from __future__ import annotations

from pathlib import Path

import pytest

from ablation.store import (
    BlobCorrupt,
    Store,
    checkpoint_state_key,
    delete_checkpoint,
    download_checkpoint,
    find_checkpoint,
    put_checkpoint,
)

pytestmark = pytest.mark.servers

TRIAL = "a" * 64


def put(store: Store, directory: Path, state: bytes, reached: tuple[int, int]) -> None:
    (directory / "state").write_bytes(state)
    put_checkpoint(store, TRIAL, directory / "state", reached)


def test_newest_checkpoint_comes_back_and_takes_the_place_of_those_before(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"older", (1, 0))
    put(store, tmp_path, b"newer", (2, 17))
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    assert found.reached == (2, 17)
    download_checkpoint(store, found, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"newer"
    assert len(list(store.keys("checkpoints/"))) == 2


def test_checkpoint_of_other_bytes_is_refused(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"weights", (1, 0))
    found = find_checkpoint(store, TRIAL)
    assert found is not None
    store.put(checkpoint_state_key(TRIAL, found.state.sha256), b"weightz")
    with pytest.raises(BlobCorrupt):
        download_checkpoint(store, found, tmp_path / "copy")


def test_deleted_checkpoint_leaves_nothing(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, b"weights", (1, 0))
    delete_checkpoint(store, TRIAL)
    assert find_checkpoint(store, TRIAL) is None
    assert list(store.keys("checkpoints/")) == []
