"""Trials that another run has published since this one looked."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import ValidationError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from ablation.records import TrialOutcome
from ablation.store import layout
from ablation.store.objects.store import Store
from ablation.store.publishing.trials import TrialManifest, find_trial

# A server over a folder sees what another one wrote there after a second.
VISIBLE_S: Final = 3.0
_POLL_S: Final = 0.1


def find_published(store: Store, fingerprint: str) -> TrialOutcome | None:
    """Return the trained outcome of a trial that may have been published this moment, through another server, too.

    A store that is a folder is asked for a trial that the folder has, and no other.
    """
    if store.root is None:
        return find_trial(store, fingerprint)
    if not _is_whole(store.root, fingerprint):
        return None
    poll = Retrying(
        wait=wait_fixed(_POLL_S),
        stop=stop_after_delay(VISIBLE_S),
        retry=retry_if_result(lambda outcome: outcome is None),
        retry_error_callback=lambda _: None,
    )
    outcome: TrialOutcome | None = poll(find_trial, store, fingerprint)
    return outcome


def _is_whole(root: Path, fingerprint: str) -> bool:
    """Whether the folder has a trained attempt at a trial, and all its files."""
    manifests = (root / layout.trial_prefix(fingerprint)).glob("attempt-*/manifest.json")
    return any(_has_files(root, manifest) for manifest in manifests)


def _has_files(root: Path, manifest: Path) -> bool:
    try:
        outcome = TrialManifest.model_validate_json(manifest.read_bytes()).outcome
    except (OSError, ValidationError):
        return False
    files = ((root / layout.blob_key(ref.sha256), ref.bytes) for ref in outcome.files.values())
    return outcome.status == "trained" and all(path.is_file() and path.stat().st_size == size for path, size in files)
