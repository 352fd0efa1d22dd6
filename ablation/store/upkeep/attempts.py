"""The attempts at trials, as their manifests tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from ablation.records import BlobRef
from ablation.store import layout
from ablation.store.errors import KeyMissing
from ablation.store.objects.store import Store, StoredObject
from ablation.store.publishing.trials import TrialManifest
from ablation.store.transport.parallel import in_parallel
from ablation.store.upkeep.living import digests_in


@dataclass(frozen=True)
class Attempt:
    """One attempt at a trial.

    Args:
        fingerprint: Of the trial.
        number: Of the attempt, from 1.
        manifest: The object that commits it.
        status: Of its outcome; None: the manifest cannot be read.
        files: Its blobs.
        digests: Everything the manifest names, also where it cannot be read.
    """

    fingerprint: str
    number: int
    manifest: StoredObject
    status: str | None
    files: tuple[BlobRef, ...]
    digests: frozenset[str]

    @property
    def is_trained(self) -> bool:
        """Whether it has a result that others may reuse."""
        return self.status == "trained"

    def is_whole(self, sizes: Mapping[str, int]) -> bool:
        """Return whether it is trained and all its blobs are there, by their sizes under their keys."""
        return self.is_trained and all(sizes.get(layout.blob_key(ref.sha256)) == ref.bytes for ref in self.files)


class AttemptReader:
    """Reads attempts, each once: a manifest never changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Attempt | None] = {}

    def read(self, objects: Iterable[StoredObject]) -> list[Attempt]:
        """Return the attempts among some objects, each trial's oldest first; one that is gone meanwhile is left out."""
        manifests = [item for item in objects if layout.attempt_of(item.key)]
        new = [item for item in manifests if item.key not in self._known]
        self._known.update(zip((item.key for item in new), in_parallel(self._attempt, new), strict=True))
        found = [self._known[item.key] for item in manifests]
        return sorted((each for each in found if each), key=lambda each: (each.fingerprint, each.number))

    def _attempt(self, item: StoredObject) -> Attempt | None:
        named = layout.attempt_of(item.key)
        assert named is not None
        try:
            text = self._store.get(item.key)
        except KeyMissing:
            return None
        status, files = _outcome(text, named[0])
        return Attempt(*named, item, status, files, digests_in(text))


def _outcome(text: bytes, fingerprint: str) -> tuple[str | None, tuple[BlobRef, ...]]:
    try:
        outcome = TrialManifest.model_validate_json(text).outcome
    except ValidationError:
        return None, ()
    if outcome.fingerprint != fingerprint:
        return None, ()
    return outcome.status, tuple(outcome.files.values())
