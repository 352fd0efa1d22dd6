"""The published bytes of datasets: immutable, and verified whenever they are written or read."""

from __future__ import annotations

from pathlib import Path

from ablation.records import BlobRef
from ablation.store import layout
from ablation.store.objects.content_types import content_type_of
from ablation.store.objects.store import Store
from ablation.store.publishing.blobs import download_verified, reference, send, write_once


def put_dataset(store: Store, path: Path) -> BlobRef:
    """Write a dataset's file unless the store has it already, and return the reference to it.

    Raises:
        UploadIncomplete: The store has not as many bytes afterwards.
    """
    ref = reference(path, content_type_of(path.name))
    write_once(store, layout.dataset_key(ref.sha256), path, ref)
    return ref


def replace_dataset(store: Store, path: Path) -> BlobRef:
    """Write a dataset's file over what the store has under its digest, known to be wrong; return the reference to it.

    Raises:
        UploadIncomplete: The store has not as many bytes afterwards.
    """
    ref = reference(path, content_type_of(path.name))
    key = layout.dataset_key(ref.sha256)
    send(store, key, path, ref)
    return ref


def download_dataset(store: Store, sha256: str, path: Path) -> None:
    """Copy a dataset to a file, which appears whole and right or not at all.

    Raises:
        KeyMissing: The store does not have it.
        BlobCorrupt: Its bytes are not those that were published.
    """
    download_verified(store, layout.dataset_key(sha256), sha256, path)
