"""Where things are in a store: pure functions from names to keys.

Names come from specs, file systems and other people, so each is checked: no name can leave its folder.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from ablation.store.errors import KeyInvalid

BLOBS: Final = "blobs/sha256/"
DATASETS: Final = "datasets/sha256/"
TRIALS: Final = "trials/"
STUDIES: Final = "studies/"
LEASES: Final = "leases/"
RUNNING: Final = "running/"
CRASHED: Final = "crashed/"
# Beside the objects of a store that is a folder: what the kernel locks. No key of ours begins so.
LOCKS: Final = ".leases"
INDEX: Final = "index.html"
CHECKPOINTS: Final = "checkpoints/"
PINS: Final = "pins/"
SCRATCH: Final = "scratch/"
MANIFEST: Final = "manifest.json"
PLAN: Final = "plan.json"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_STUDY = re.compile(r"[a-z0-9-]{1,63}")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_ATTEMPT = re.compile(r"trials/([0-9a-f]{64})/attempt-([1-9][0-9]*)/manifest\.json")
_CHECKPOINT = re.compile(r"checkpoints/([0-9a-f]{64})/")
_RUN_OBJECT = re.compile(r"studies/([^/]+)/([^/]+)/.+")
_CRASHED = re.compile(r"crashed/([^/]+)/([^/]+)\.json")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_RESERVED_RUN_IDS = frozenset({"latest", "latest.json", "index.html"})
_SEGMENT_BYTES = 255
_KEY_BYTES = 900


def checked_key(key: str) -> str:
    """Return `key` when each of its segments is a plain name.

    Raises:
        KeyInvalid: A segment is empty, `.` or `..`, has a backslash or a control character, or is too long.
    """
    for segment in key.split("/"):
        if segment in ("", ".", "..") or "\\" in segment or _CONTROL.search(segment):
            raise KeyInvalid(f"key {key!r}: {segment!r} cannot be a part of a key. Use plain names separated by /.")
        if len(segment.encode()) > _SEGMENT_BYTES:
            raise KeyInvalid(f"key {key!r}: a part has more than {_SEGMENT_BYTES} bytes. Use a shorter name.")
    if len(key.encode()) > _KEY_BYTES:
        raise KeyInvalid(f"key {key[:80]!r}…: more than {_KEY_BYTES} bytes. Use shorter names.")
    return key


def dataset_key(sha256: str) -> str:
    """Return the key of a dataset's published bytes."""
    return f"{DATASETS}{_digest(sha256)[:2]}/{sha256}"


def blob_shard(sha256: str) -> str:
    """Return the prefix that a blob shares with the 1/256 of all blobs whose digests begin alike."""
    return f"{BLOBS}{_digest(sha256)[:2]}/"


def blob_key(sha256: str) -> str:
    """Return the key of a blob."""
    return f"{blob_shard(sha256)}{sha256}"


def trial_prefix(fingerprint: str) -> str:
    """Return the prefix of everything about one trial."""
    return f"{TRIALS}{_digest(fingerprint)}/"


def trial_manifest_key(fingerprint: str, attempt: int) -> str:
    """Return the key of the manifest of one attempt at a trial; attempts count from 1."""
    if attempt < 1:
        raise KeyInvalid(f"attempt {attempt}: attempts count from 1.")
    return f"{trial_prefix(fingerprint)}attempt-{attempt}/manifest.json"


def checkpoint_prefix(fingerprint: str) -> str:
    """Return the prefix of the state of a trial that is not finished."""
    return f"{CHECKPOINTS}{_digest(fingerprint)}/"


def checkpoint_owner(key: str) -> str | None:
    """Return the fingerprint of the trial whose state or record has this key, or None when the key is none of these."""
    found = _CHECKPOINT.match(key)
    return found[1] if found else None


def checkpoint_record_key(fingerprint: str) -> str:
    """Return the key of the record that says which state of a trial is the newest."""
    return f"{checkpoint_prefix(fingerprint)}latest.json"


def checkpoint_state_key(fingerprint: str, sha256: str) -> str:
    """Return the key of one state of a trial."""
    return f"{checkpoint_prefix(fingerprint)}{_digest(sha256)}"


def lease_key(fingerprint: str) -> str:
    """Return the key of the record that says who trains a trial now."""
    return f"{LEASES}{_digest(fingerprint)}.json"


def running_key(run_id: str) -> str:
    """Return the key of the record that a run keeps from its beginning to its end."""
    return f"{RUNNING}{_run_id(run_id)}.json"


def crashed_prefix(study: str | None = None) -> str:
    """Return the prefix of the records of crashed runs, or of one study's."""
    return CRASHED if study is None else f"{CRASHED}{_study(study)}/"


def crashed_key(study: str, run_id: str) -> str:
    """Return the key of the record of a run that was killed."""
    return f"{crashed_prefix(study)}{_run_id(run_id)}.json"


def crashed_of(key: str) -> tuple[str, str] | None:
    """Return the study and the run id of a crashed run whose record has this key, or None when it is no such key."""
    found = _CRASHED.fullmatch(key)
    return (found[1], found[2]) if found and is_study(found[1]) and is_run_id(found[2]) else None


def attempt_of(key: str) -> tuple[str, int] | None:
    """Return the fingerprint and attempt whose manifest has this key, or None when the key is no trial's manifest."""
    found = _ATTEMPT.fullmatch(key)
    return (found[1], int(found[2])) if found else None


def claim_prefix(key: str) -> str:
    """Return the prefix of the claims of those who write a key one at a time; none stays."""
    return f"{SCRATCH}claims/{hashlib.sha256(key.encode()).hexdigest()}/"


def study_prefix(study: str) -> str:
    """Return the prefix of all runs of a study."""
    return f"{STUDIES}{_study(study)}/"


def study_index_key(study: str) -> str:
    """Return the key of a study's index page."""
    return f"{study_prefix(study)}{INDEX}"


def latest_key(study: str) -> str:
    """Return the key of the pointer to a study's newest run."""
    return f"{study_prefix(study)}latest.json"


def champion_key(study: str) -> str:
    """Return the key of the record that names a study's champion."""
    return f"{study_prefix(study)}champion.json"


def pin_key(study: str, run_id: str) -> str:
    """Return the key of the object that keeps a run from being removed."""
    return f"{PINS}{run_prefix(study, run_id).removeprefix(STUDIES).removesuffix('/')}"


def pin_of(key: str) -> tuple[str, str] | None:
    """Return the study and the run id that a pin with this key keeps, or None when the key is no pin's."""
    return run_of(f"{STUDIES}{key.removeprefix(PINS)}/pin") if key.startswith(PINS) else None


def run_of(key: str) -> tuple[str, str] | None:
    """Return the study and the run id in whose folder an object with this key is, or None when it is in none."""
    found = _RUN_OBJECT.fullmatch(key)
    return (found[1], found[2]) if found and is_study(found[1]) and is_run_id(found[2]) else None


def run_prefix(study: str, run_id: str) -> str:
    """Return the prefix of all files of a run."""
    return f"{study_prefix(study)}{_run_id(run_id)}/"


def run_manifest_key(study: str, run_id: str) -> str:
    """Return the key of the manifest that commits a run."""
    return f"{run_prefix(study, run_id)}manifest.json"


def run_file_key(study: str, run_id: str, path: str) -> str:
    """Return the key of a file of a run; `path` is relative to the run's folder.

    Raises:
        KeyInvalid: The path leaves the folder, or is the manifest's own.
    """
    if path == "manifest.json":
        raise KeyInvalid("path 'manifest.json': this name is the run's commit. Give the file another name.")
    return f"{run_prefix(study, run_id)}{checked_key(path)}"


def variant_file_path(variant: str, seed: int, name: str) -> str:
    """Return the path, relative to the run's folder, of one file of one trial."""
    if "/" in variant or "/" in name:
        raise KeyInvalid(f"variant {variant!r}, file {name!r}: neither may hold a slash.")
    return checked_key(f"variants/{variant}/seed-{seed}/{name}")


def is_study(name: str) -> bool:
    """Return whether `name` can be a study's."""
    return _STUDY.fullmatch(name) is not None


def is_run_id(name: str) -> bool:
    """Return whether `name` can be a run's id."""
    return _RUN_ID.fullmatch(name) is not None and name not in _RESERVED_RUN_IDS


def _digest(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise KeyInvalid(f"digest {sha256!r}: must be 64 hexadecimal digits in lower case.")
    return sha256


def _study(name: str) -> str:
    if not is_study(name):
        raise KeyInvalid(f"study {name!r}: must be 1 to 63 of a-z, 0-9 and -.")
    return name


def _run_id(name: str) -> str:
    if not is_run_id(name):
        raise KeyInvalid(
            f"run id {name!r}: must begin with a letter or digit and hold only letters, digits, _ . and -."
        )
    return name
