from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ablation.records import BlobRef
from ablation.store import (
    BlobCorrupt,
    KeyMissing,
    Store,
    blob_key,
    download_blob,
    download_dataset,
    get_blob,
    present_blobs,
    put_blob,
    put_dataset,
    replace_dataset,
)
from ablation.store.transport.parallel import in_parallel
from tests.store.contract.writers import Writers, put_one_blob

pytestmark = pytest.mark.servers


def test_blob_that_is_put_twice_is_written_once_and_read_verified(store: Store, tmp_path: Path) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    first = store.head(blob_key(ref.sha256))
    assert put_blob(store, b"weights", "application/zip") == ref
    assert store.head(blob_key(ref.sha256)) == first
    download_blob(store, ref, tmp_path / "got")
    assert get_blob(store, ref) == (tmp_path / "got").read_bytes() == b"weights"


@pytest.mark.parametrize("bytes_found", [b"weightz", b"wei", b""], ids=["changed", "cut off", "empty"])
def test_blob_of_other_bytes_is_found_out_and_leaves_no_file(bytes_found: bytes, store: Store, tmp_path: Path) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    store.put(blob_key(ref.sha256), bytes_found)
    with pytest.raises(BlobCorrupt, match=blob_key(ref.sha256)):
        get_blob(store, ref)
    assert not store.exists(blob_key(ref.sha256))  # so that it is written again
    store.put(blob_key(ref.sha256), bytes_found)
    with pytest.raises(BlobCorrupt, match=blob_key(ref.sha256)):
        download_blob(store, ref, tmp_path / "got")
    assert list(tmp_path.iterdir()) == []


def test_blob_that_is_cut_off_is_absent_and_repaired_by_the_next_put(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    store.put(blob_key(ref.sha256), b"wei")
    assert present_blobs(store, [ref]) == set()
    put_blob(store, b"weights", "application/zip")
    assert present_blobs(store, [ref]) == {ref}
    assert get_blob(store, ref) == b"weights"


def test_blob_that_is_not_there_is_missing(store: Store) -> None:
    with pytest.raises(KeyMissing):
        get_blob(store, BlobRef(sha256="a" * 64, bytes=1, content_type="text/csv"))


def test_present_blobs_in_many_shards_are_those_with_the_right_size(store: Store) -> None:
    refs = [BlobRef(sha256=f"{number:02x}{number:062x}", bytes=1, content_type="text/csv") for number in range(40)]
    in_parallel(lambda ref: store.put(blob_key(ref.sha256), b"1"), refs[2:])
    store.put(blob_key(refs[0].sha256), b"longer")
    assert present_blobs(store, refs) == set(refs[2:])


@pytest.mark.slow
def test_blob_from_several_processes_at_once_is_whole(store: Store, writers: Writers) -> None:
    rounds = writers.race(put_one_blob, store, 3)
    assert [set(digests) for digests in rounds] == [
        {hashlib.sha256(b"shared" * 10_000 + last).hexdigest()} for last in (b"0", b"1", b"2")
    ]
    for digests in rounds:
        assert hashlib.sha256(store.get(blob_key(digests[0]))).hexdigest() == digests[0]


def test_dataset_is_kept_by_its_digest_and_repaired(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"digits")
    ref = put_dataset(store, tmp_path / "mnist.npz")
    store.put(f"datasets/sha256/{ref.sha256[:2]}/{ref.sha256}", b"digitz")
    with pytest.raises(BlobCorrupt):
        download_dataset(store, ref.sha256, tmp_path / "got.npz")
    replace_dataset(store, tmp_path / "mnist.npz")
    download_dataset(store, ref.sha256, tmp_path / "got.npz")
    assert (tmp_path / "got.npz").read_bytes() == b"digits"
