"""Verifies a published run: every byte of its files and of its trials' blobs is read and compared."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ablation.records import PublishedFile, Record, RunManifest
from ablation.store import layout
from ablation.store.errors import BlobCorrupt, KeyInvalid, KeyMissing, RunUnknown
from ablation.store.objects.store import Store
from ablation.store.publishing.runs import get_run_file, resolve_run
from ablation.store.transport.parallel import in_parallel
from ablation.store.upkeep.attempts import Attempt, AttemptReader
from ablation.store.upkeep.digesting import digest_of

# Written when a trial is published, and not before.
_OF_FINISHED = "metrics.json"


class Finding(Record):
    """One thing that is not as it was published."""

    kind: Literal["missing", "wrong", "foreign"]
    key: str = Field(description="Of the object, or the prefix of what is missing.")
    detail: str


class Verification(Record):
    """What became of a run since it was published."""

    study: str
    run_id: str
    files: int = Field(ge=0, description="That the manifest lists.")
    trials: int = Field(ge=0, description="Finished ones of the run.")
    blobs: int = Field(ge=0, description="Of these trials.")
    bytes: int = Field(ge=0, description="Of files and blobs.")
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it was published."""
        return not self.findings


class _PlannedTrial(BaseModel):
    model_config = ConfigDict(extra="ignore")

    variant: str
    seed: int


class _Planned(BaseModel):
    model_config = ConfigDict(extra="ignore")

    trial: _PlannedTrial
    fingerprint: str


class _Plan(BaseModel):
    """As much of a published plan.json as tells which trials the run has."""

    model_config = ConfigDict(extra="ignore")

    trials: tuple[_Planned, ...]


def verify_run(store: Store, manifest: RunManifest) -> Verification:
    """Read all files of a run and all blobs of its trials, and return what is not as it was published."""
    of_files = in_parallel(lambda file: _check_file(store, manifest, file), manifest.files)
    fingerprints = _finished_trials(store, manifest)
    attempts, missing = _attempts(store, fingerprints)
    blobs = {ref.sha256: ref for attempt in attempts for ref in attempt.files}
    of_blobs = in_parallel(
        lambda ref: _check(store, layout.blob_key(ref.sha256), ref.sha256, ref.bytes), blobs.values()
    )
    findings = [*of_files, *_foreign(store, manifest), *missing, *of_blobs]
    return Verification(
        study=manifest.study,
        run_id=manifest.run_id,
        files=len(manifest.files),
        trials=len(fingerprints),
        blobs=len(blobs),
        bytes=sum(file.bytes for file in manifest.files) + sum(ref.bytes for ref in blobs.values()),
        findings=tuple(each for each in findings if each is not None),
    )


def verify_named(store: Store, name: str) -> Verification:
    """Verify the run that a user means; one whose manifest is damaged is found by its whole id.

    Raises:
        RunUnknown: The name fits no run, or several.
    """
    try:
        return verify_run(store, resolve_run(store, name))
    except RunUnknown:
        damaged = next((key for key in _manifest_keys(store, name) if store.exists(key)), None)
        if damaged is None:
            raise
    study = damaged.split("/")[1]
    finding = Finding(kind="wrong", key=damaged, detail="it is not the manifest of this run: no reader sees the run")
    return Verification(study=study, run_id=name, files=0, trials=0, blobs=0, bytes=0, findings=(finding,))


def _manifest_keys(store: Store, run_id: str) -> list[str]:
    if not layout.is_run_id(run_id):
        return []
    studies = [study for study in store.folders(layout.STUDIES) if layout.is_study(study)]
    return [layout.run_manifest_key(study, run_id) for study in studies]


def _check_file(store: Store, manifest: RunManifest, file: PublishedFile) -> Finding | None:
    try:
        key = layout.run_file_key(manifest.study, manifest.run_id, file.path)
    except KeyInvalid:
        return Finding(kind="wrong", key=file.path, detail="the manifest names a path outside the run's folder")
    return _check(store, key, file.sha256, file.bytes)


def _check(store: Store, key: str, sha256: str, size: int) -> Finding | None:
    try:
        digest, got = digest_of(store, key)
    except KeyMissing:
        return Finding(kind="missing", key=key, detail=f"{size} bytes were published")
    if got != size:
        return Finding(kind="wrong", key=key, detail=f"it has {got} bytes, {size} were published")
    if digest != sha256:
        return Finding(kind="wrong", key=key, detail=f"its SHA-256 is {digest[:16]}…, {sha256[:16]}… was published")
    return None


def _foreign(store: Store, manifest: RunManifest) -> list[Finding]:
    prefix = layout.run_prefix(manifest.study, manifest.run_id)
    known = {f"{prefix}{file.path}" for file in manifest.files} | {f"{prefix}{layout.MANIFEST}"}
    return [
        Finding(kind="foreign", key=item.key, detail=f"{item.bytes} bytes that the manifest does not name")
        for item in store.keys(prefix)
        if item.key not in known
    ]


def _finished_trials(store: Store, manifest: RunManifest) -> list[str]:
    """Return the trials of a run that have a result; none where its plan is damaged, which is found elsewhere."""
    try:
        plan = _Plan.model_validate_json(get_run_file(store, manifest, layout.PLAN))
    except (KeyMissing, BlobCorrupt, ValidationError):
        return []
    paths = {file.path for file in manifest.files}
    return [
        each.fingerprint
        for each in plan.trials
        if layout.variant_file_path(each.trial.variant, each.trial.seed, _OF_FINISHED) in paths
    ]


def _attempts(store: Store, fingerprints: list[str]) -> tuple[list[Attempt], list[Finding]]:
    """Return the newest trained attempt of each trial, and a finding for each trial without one."""
    listed = in_parallel(lambda each: list(store.keys(layout.trial_prefix(each))), fingerprints)
    read = AttemptReader(store).read([item for items in listed for item in items])
    newest = {attempt.fingerprint: attempt for attempt in read if attempt.is_trained}
    missing = [
        Finding(kind="missing", key=layout.trial_prefix(each), detail="no manifest of this finished trial can be read")
        for each in fingerprints
        if each not in newest
    ]
    return list(newest.values()), missing
