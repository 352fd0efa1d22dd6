from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ablation.records import BlobRef
from ablation.settings import Settings
from ablation.store import (
    BlobCorrupt,
    KeyMissing,
    Store,
    blob_key,
    dataset_key,
    download_blob,
    download_dataset,
    get_blob,
    get_blobs,
    open_store,
    present_blobs,
    put_blob,
    put_dataset,
)
from ablation.store.transport.parallel import in_parallel


def corrupt(store: Store, key: str) -> None:
    assert store.root is not None
    path = store.root / key
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


def test_put_blob_and_get_blob_return_the_same_bytes(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    assert ref == BlobRef(sha256=hashlib.sha256(b"weights").hexdigest(), bytes=7, content_type="application/zip")
    assert get_blob(store, ref) == b"weights"


def test_put_blob_of_a_file_is_the_blob_of_its_bytes(store: Store, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"weights")
    assert put_blob(store, tmp_path / "f", "text/csv") == put_blob(store, b"weights", "text/csv")


def test_put_blob_twice_writes_once(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    first = store.head(blob_key(ref.sha256))
    put_blob(store, b"weights", "application/zip")
    assert store.head(blob_key(ref.sha256)) == first


def test_put_blob_over_a_cut_off_blob_repairs_it(store: Store) -> None:
    key = blob_key(hashlib.sha256(b"weights").hexdigest())
    store.put(key, b"wei")
    assert get_blob(store, put_blob(store, b"weights", "application/zip")) == b"weights"


def test_put_blob_of_the_same_bytes_from_many_threads_works(store: Store) -> None:
    refs = in_parallel(lambda _: put_blob(store, b"shared" * 100_000, "application/zip"), range(32))
    assert get_blob(store, refs[0]) == b"shared" * 100_000


def test_get_blob_of_changed_bytes_names_the_key(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    corrupt(store, blob_key(ref.sha256))
    with pytest.raises(BlobCorrupt, match=blob_key(ref.sha256)):
        get_blob(store, ref)


def test_old_blob_that_is_put_again_is_new_to_garbage_collection(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    assert store.root is not None
    path = store.root / blob_key(ref.sha256)
    os.utime(path, (0, 0))
    put_blob(store, b"weights", "application/zip")
    assert path.stat().st_mtime > 0


def test_blob_whose_bytes_changed_is_published_again(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    corrupt(store, blob_key(ref.sha256))
    with pytest.raises(BlobCorrupt):
        get_blob(store, ref)
    assert present_blobs(store, [ref]) == set()
    assert get_blob(store, put_blob(store, b"weights", "application/zip")) == b"weights"


def test_download_blob_of_changed_bytes_leaves_no_file(store: Store, tmp_path: Path) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    corrupt(store, blob_key(ref.sha256))
    with pytest.raises(BlobCorrupt, match=blob_key(ref.sha256)):
        download_blob(store, ref, tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []


def test_download_blob_of_changed_bytes_removes_them_so_that_they_are_published_again(
    store: Store, tmp_path: Path
) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    store.put(blob_key(ref.sha256), b"WEIGHTS")
    with pytest.raises(BlobCorrupt):
        download_blob(store, ref, tmp_path / "model.keras")
    assert not store.exists(blob_key(ref.sha256))
    assert put_blob(store, b"weights", "application/zip") == ref
    download_blob(store, ref, tmp_path / "model.keras")
    assert (tmp_path / "model.keras").read_bytes() == b"weights"


def test_download_blob_writes_the_file(store: Store, tmp_path: Path) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    download_blob(store, ref, tmp_path / "model.keras")
    assert (tmp_path / "model.keras").read_bytes() == b"weights"


def test_get_blob_of_a_missing_blob_is_key_missing(store: Store) -> None:
    with pytest.raises(KeyMissing):
        get_blob(store, BlobRef(sha256="a" * 64, bytes=1, content_type="text/csv"))


@pytest.mark.parametrize("shards", [["aa", "bb", "cc"], ["aa"]], ids=["asked one by one", "by listing"])
def test_present_blobs_are_those_with_the_right_size(shards: list[str], store: Store) -> None:
    stored, cut_off, missing = (
        BlobRef(sha256=shards[number % len(shards)] + f"{number:062x}", bytes=1, content_type="text/csv")
        for number in range(3)
    )
    store.put(blob_key(stored.sha256), b"1")
    store.put(blob_key(cut_off.sha256), b"")
    assert present_blobs(store, [stored, cut_off, missing]) == {stored}


def test_get_blobs_keeps_the_order(store: Store) -> None:
    refs = [put_blob(store, f"{number}".encode(), "text/csv") for number in range(20)]
    assert get_blobs(store, refs) == [f"{number}".encode() for number in range(20)]


@pytest.mark.parametrize(
    ("others", "requests_at_most"), [(0, 1), (1200, 41)], ids=["by one listing", "in each shard, the store being large"]
)
def test_present_blobs_in_many_shards_are_those_with_the_right_size(
    others: int, requests_at_most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refs = [BlobRef(sha256=f"{number:02x}{number:062x}", bytes=1, content_type="text/csv") for number in range(40)]
    contents = {blob_key(ref.sha256): b"1" for ref in refs[2:]} | {blob_key(refs[0].sha256): b"cut off"}
    contents |= {blob_key(f"{number:064x}"): b"1" for number in range(1000, 1000 + others)}
    for key, content in contents.items():
        path = tmp_path / "artifacts" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with open_store(Settings(store=None)) as store:
        requests: list[str] = []
        store.client.meta.events.register("before-send.s3", lambda **_: requests.append("request"))
        assert present_blobs(store, refs) == set(refs[2:])
    assert len(requests) <= requests_at_most


def test_present_blobs_in_a_crowded_shard_are_found(store: Store) -> None:
    digests = [f"ab{number:062x}" for number in range(70)]
    in_parallel(lambda digest: store.put(blob_key(digest), b"1"), digests)
    wanted = {BlobRef(sha256=digest, bytes=1, content_type="text/csv") for digest in digests[-5:]}
    assert present_blobs(store, wanted) == wanted


def test_dataset_round_trips_and_is_verified(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"digits")
    ref = put_dataset(store, tmp_path / "mnist.npz")
    download_dataset(store, ref.sha256, tmp_path / "got.npz")
    assert (tmp_path / "got.npz").read_bytes() == b"digits"
    corrupt(store, dataset_key(ref.sha256))
    with pytest.raises(BlobCorrupt):
        download_dataset(store, ref.sha256, tmp_path / "got.npz")
