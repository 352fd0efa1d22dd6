"""Immutable bytes, named by their SHA-256, written once and shared by all trials and runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from ablation.records import BlobRef
from ablation.store import layout
from ablation.store.errors import BlobCorrupt, KeyMissing, StoreError, UploadIncomplete
from ablation.store.objects.files import read_small, whole_file
from ablation.store.objects.store import PAGE_KEYS, Store, StoredObject
from ablation.store.publishing.digesting import digest_of
from ablation.store.transport.parallel import in_parallel

# From this many wanted blobs in one shard, one listing of the shard's first keys costs less than a request for each.
_LIST_FROM: Final = 3
_LIST_KEYS: Final = 64
# From this many shards on, all blobs are listed first, a page for so many shards at most: a small store answers in a
# few requests, and with a large one little is lost.
_LIST_ALL_FROM: Final = 32
_SHARDS_PER_PAGE: Final = 32

# What the store lost, cut, or does not show yet is sent so often.
SENDS: Final = stop_after_attempt(3)
BETWEEN_SENDS: Final = wait_exponential(multiplier=0.2)

# Garbage collection lets even what is far older than this be.
YOUNG: Final = timedelta(minutes=30)

# Two threads with the same bytes would replace each other's object, and on some servers it is absent for that moment.
_writing = [Lock() for _ in range(64)]


def put_blob(store: Store, data: bytes | Path, content_type: str) -> BlobRef:
    """Write bytes, or a file's, unless the store has them already, and return the reference to them.

    Raises:
        UploadIncomplete: The store has not as many bytes afterwards.
    """
    data = read_small(data)
    ref = reference(data, content_type)
    write_once(store, layout.blob_key(ref.sha256), data, ref)
    return ref


def get_blob(store: Store, ref: BlobRef) -> bytes:
    """Return a blob's bytes.

    Raises:
        KeyMissing: The store does not have it.
        BlobCorrupt: Its bytes are not those that were published; it was removed, so that they are published again.
    """
    key = layout.blob_key(ref.sha256)
    try:
        return get_verified(store, key, ref.sha256)
    except BlobCorrupt:
        remove_damaged(store, key, ref.sha256)
        raise


def get_blobs(store: Store, refs: Iterable[BlobRef]) -> list[bytes]:
    """Return the bytes of some blobs, in their order.

    Raises:
        KeyMissing: The store does not have one of them.
        BlobCorrupt: The bytes of one are not those that were published.
    """
    return in_parallel(lambda ref: get_blob(store, ref), refs)


def download_blob(store: Store, ref: BlobRef, path: Path) -> None:
    """Copy a blob to a file, which appears whole and right or not at all.

    Raises:
        KeyMissing: The store does not have it.
        BlobCorrupt: Its bytes are not those that were published; it was removed, so that they are published again.
    """
    key = layout.blob_key(ref.sha256)
    try:
        download_verified(store, key, ref.sha256, path)
    except BlobCorrupt:
        remove_damaged(store, key, ref.sha256)
        raise


def present_blobs(store: Store, refs: Iterable[BlobRef]) -> set[BlobRef]:
    """Return those of `refs` that the store has with the right size; their bytes are not read."""
    shards: defaultdict[str, set[BlobRef]] = defaultdict(set)
    for ref in refs:
        shards[layout.blob_shard(ref.sha256)].add(ref)
    sizes, is_all = _all_sizes(store, len(shards)) if len(shards) >= _LIST_ALL_FROM else ({}, False)
    if is_all:
        return {ref for wanted in shards.values() for ref in wanted if sizes.get(_key(ref)) == ref.bytes}
    found = in_parallel(lambda shard: _present(store, *shard), shards.items())
    return set().union(*found)


def write_once(store: Store, key: str, data: bytes | Path, ref: BlobRef) -> None:
    """Write an immutable object unless it is there with the right size.

    Raises:
        UploadIncomplete: The store has not as many bytes afterwards.
    """
    with _writing[int(ref.sha256[:2], 16) % len(_writing)]:
        head = store.head(key)
        if head is None or head.bytes != ref.bytes or not _made_young(store, head):
            send(store, key, data, ref)


@retry(retry=retry_if_exception_type(UploadIncomplete), stop=SENDS, wait=BETWEEN_SENDS, reraise=True)
def send(store: Store, key: str, data: bytes | Path, ref: BlobRef) -> None:
    """Write an object and see that it is there; sent again where the store lost or cut it, or does not show it yet.

    Raises:
        UploadIncomplete: The store has not as many bytes afterwards, each time.
    """
    store.put(key, data, ref.content_type)
    verify_size(store, key, ref.bytes)


def verify_size(store: Store, key: str, expected_bytes: int) -> None:
    """Check that an object that was just written has the size of what was sent.

    Raises:
        UploadIncomplete: It has not.
    """
    head = store.head(key)
    if head is None or head.bytes != expected_bytes:
        got = "nothing" if head is None else f"{head.bytes} bytes"
        raise UploadIncomplete(
            f"{store.uri_of(key)}: {expected_bytes} bytes were sent, the store has {got}. Run the command again."
        )


def get_verified(store: Store, key: str, sha256: str) -> bytes:
    """Return an object's bytes, known to be those with this digest.

    Raises:
        BlobCorrupt: They are not.
    """
    data = store.get(key)
    _require(store, key, sha256, _sha256(data))
    return data


def remove_damaged(store: Store, key: str, sha256: str) -> None:
    """Remove an immutable object whose bytes are wrong, as far as the store lets it be removed.

    One that is there with its size is taken for whole and would never be written again.
    """
    with contextlib.suppress(StoreError):
        delete_damaged(store, key, sha256)


def delete_damaged(store: Store, key: str, sha256: str) -> bool:
    """Delete an immutable object whose bytes are wrong, and return whether they were.

    It is read once more: what was wrong may have been the way here, or somebody has written it again.

    Raises:
        StoreError: The store forbids it.
    """
    try:
        is_damaged = digest_of(store, key)[0] != sha256
    except KeyMissing:
        return False
    if is_damaged:
        store.delete(key)
    return is_damaged


def download_verified(store: Store, key: str, sha256: str, path: Path) -> None:
    """Copy an object to a file, which appears only when its bytes are those with this digest.

    Raises:
        BlobCorrupt: They are not.
    """
    with whole_file(path) as file:
        _require(store, key, sha256, store.stream(key, file))


def reference(data: bytes | Path, content_type: str) -> BlobRef:
    """Return the reference to bytes, or to a file's, without storing them."""
    return BlobRef(sha256=_sha256(data), bytes=_size(data), content_type=content_type)


def _require(store: Store, key: str, expected: str, got: str) -> None:
    if got != expected:
        raise BlobCorrupt(
            f"{store.uri_of(key)}: the bytes were changed after they were published: SHA-256 must be {expected[:16]}…, "
            f"got {got[:16]}…. Run the command again: what needs it is computed and published again."
        )


def _present(store: Store, shard: str, refs: Collection[BlobRef]) -> set[BlobRef]:
    sizes, is_all = _listed_sizes(store, shard) if len(refs) >= _LIST_FROM else ({}, False)
    return {ref for ref in refs if _has_size(store, _key(ref), ref.bytes, sizes, is_all)}


def _all_sizes(store: Store, shards: int) -> tuple[dict[str, int], bool]:
    return _listed_sizes(store, layout.BLOBS, PAGE_KEYS * (shards // _SHARDS_PER_PAGE))


def _listed_sizes(store: Store, prefix: str, count: int = _LIST_KEYS) -> tuple[dict[str, int], bool]:
    listed, is_all = store.first_keys(prefix, count)
    return {item.key: item.bytes for item in listed}, is_all


def _key(ref: BlobRef) -> str:
    return layout.blob_key(ref.sha256)


def _has_size(store: Store, key: str, expected_bytes: int, sizes: dict[str, int], is_all: bool) -> bool:
    if key in sizes or is_all:
        return sizes.get(key) == expected_bytes
    return _is_there(store, key, expected_bytes)


def _is_there(store: Store, key: str, expected_bytes: int) -> bool:
    head = store.head(key)
    return head is not None and head.bytes == expected_bytes


def _made_young(store: Store, head: StoredObject) -> bool:
    """Let garbage collection take an object for new, which what is written now is about to name, or return False.

    It removes what is old and not named. A folder's file gets a new time; anywhere else it has to be written anew.
    """
    if store.root is not None:
        try:
            os.utime(store.root / head.key)
        except OSError:
            return False
        return True
    return datetime.now(UTC) - head.modified_at < YOUNG


def _sha256(data: bytes | Path) -> str:
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    with data.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(data: bytes | Path) -> int:
    return len(data) if isinstance(data, bytes) else data.stat().st_size
