"""The state of unfinished trials, so that a machine that has it not can go on from it.

A state is written under its own digest, the record that names it after it: a reader finds a whole state or none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from ablation.records import SHA256, BlobRef, Record
from ablation.store import layout
from ablation.store.errors import KeyMissing, ManifestCorrupt
from ablation.store.objects.store import Store
from ablation.store.publishing.blobs import download_verified, reference, write_once

_CONTENT_TYPE = "application/zip"


class StoredCheckpoint(Record):
    """The newest state of a trial that the store has, and how far the trial had come."""

    schema_version: Literal[1] = 1
    fingerprint: str = Field(pattern=SHA256)
    epochs: int = Field(ge=0, description="That are over.")
    step: int = Field(ge=0, description="Steps of the next epoch that are over, too.")
    state: BlobRef

    @property
    def reached(self) -> tuple[int, int]:
        """Epochs and steps; of two states the greater one is further along."""
        return self.epochs, self.step


def put_checkpoint(store: Store, fingerprint: str, path: Path, reached: tuple[int, int]) -> StoredCheckpoint:
    """Write a trial's state, and remove the ones before it.

    Args:
        store: Where.
        fingerprint: Of the trial.
        path: The state's file, which must not change while it is read.
        reached: Epochs that are over, and steps of the next one.

    Raises:
        UploadIncomplete: The store has not as many bytes afterwards; the state before is still there.
    """
    ref = reference(path, _CONTENT_TYPE)
    key = layout.checkpoint_state_key(fingerprint, ref.sha256)
    write_once(store, key, path, ref)
    written = StoredCheckpoint(fingerprint=fingerprint, epochs=reached[0], step=reached[1], state=ref)
    store.put(layout.checkpoint_record_key(fingerprint), written.model_dump_json().encode())
    _delete_states(store, fingerprint, but=key)
    return written


def find_checkpoint(store: Store, fingerprint: str) -> StoredCheckpoint | None:
    """Return the newest state of a trial, or None when there is none.

    Raises:
        ManifestCorrupt: What is there cannot be read, or is another trial's.
    """
    key = layout.checkpoint_record_key(fingerprint)
    try:
        found = StoredCheckpoint.model_validate_json(store.get(key))
    except KeyMissing:
        return None
    except ValidationError as error:
        raise ManifestCorrupt(f"{store.uri_of(key)}: not the record of a checkpoint.") from error
    if found.fingerprint != fingerprint:
        raise ManifestCorrupt(f"{store.uri_of(key)}: the checkpoint of another trial, {found.fingerprint[:16]}….")
    return found


def download_checkpoint(store: Store, found: StoredCheckpoint, path: Path) -> None:
    """Copy a state to a file, which appears whole and right or not at all.

    Raises:
        KeyMissing: The store does not have it any more.
        BlobCorrupt: Its bytes are not those that were written.
    """
    digest = found.state.sha256
    download_verified(store, layout.checkpoint_state_key(found.fingerprint, digest), digest, path)


def delete_checkpoint(store: Store, fingerprint: str) -> None:
    """Remove all states of a trial; there need not be one."""
    store.delete(layout.checkpoint_record_key(fingerprint))
    _delete_states(store, fingerprint)


def _delete_states(store: Store, fingerprint: str, but: str | None = None) -> None:
    """Remove states, also those whose record was never written because their machine was gone first."""
    kept = (but, layout.checkpoint_record_key(fingerprint))
    for each in list(store.keys(layout.checkpoint_prefix(fingerprint))):
        if each.key not in kept:
            store.delete(each.key)
