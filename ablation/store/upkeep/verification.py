"""Verifies a published run: every byte of its files and of its trials' blobs is read and compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ablation.records import BlobRef, Record, RunManifest
from ablation.store import layout
from ablation.store.errors import BlobCorrupt, KeyInvalid, KeyMissing, RunUnknown
from ablation.store.objects.store import Store
from ablation.store.publishing.blobs import present_blobs
from ablation.store.publishing.digesting import digest_of
from ablation.store.publishing.runs import get_run_file, resolve_run
from ablation.store.transport.parallel import in_parallel
from ablation.store.upkeep.attempts import Attempt, AttemptReader

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
    command: str = ""


@dataclass(frozen=True)
class Examined:
    """A run that was read from beginning to end.

    Args:
        verification: What was found.
        refs: What each object of the run and of its trials must be, by its key.
        command: Runs the same study again; empty where the run's plan does not say.
    """

    verification: Verification
    refs: dict[str, BlobRef]
    command: str


def verify_run(store: Store, manifest: RunManifest) -> Verification:
    """Read all files of a run and all blobs of its trials, and return what is not as it was published."""
    return examine_run(store, manifest).verification


def examine_run(store: Store, manifest: RunManifest) -> Examined:
    """Verify a run, and return with the result what its objects must be."""
    of_files, outside = _file_refs(manifest)
    plan = _read_plan(store, manifest)
    fingerprints = _finished_trials(plan, manifest)
    attempts, missing = _attempts(store, fingerprints)
    of_blobs = {layout.blob_key(ref.sha256): ref for attempt in attempts for ref in attempt.files}
    checked = [in_parallel(lambda item: _check(store, *item), refs.items()) for refs in (of_files, of_blobs)]
    findings = [*outside, *checked[0], *_foreign(store, manifest), *missing, *checked[1]]
    verification = Verification(
        study=manifest.study,
        run_id=manifest.run_id,
        files=len(manifest.files),
        trials=len(fingerprints),
        blobs=len(of_blobs),
        bytes=sum(file.bytes for file in manifest.files) + sum(ref.bytes for ref in of_blobs.values()),
        findings=tuple(each for each in findings if each is not None),
    )
    return Examined(verification, of_files | of_blobs, plan.command if plan else "")


def verify_named(store: Store, name: str) -> Verification:
    """Verify the run that a user means; one whose manifest is damaged is found by its whole id.

    Raises:
        RunUnknown: The name fits no run, or several.
    """
    found = find_run(store, name)
    return verify_run(store, found) if isinstance(found, RunManifest) else found


def find_run(store: Store, name: str) -> RunManifest | Verification:
    """Return the manifest of the run that a user means, or how one is to be called whose manifest is damaged.

    Raises:
        RunUnknown: The name fits no run, or several.
    """
    try:
        return resolve_run(store, name)
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


def _file_refs(manifest: RunManifest) -> tuple[dict[str, BlobRef], list[Finding]]:
    """Return what each file of a run must be, by its key, and a finding for each path that has none."""
    refs: dict[str, BlobRef] = {}
    outside = []
    for file in manifest.files:
        try:
            key = layout.run_file_key(manifest.study, manifest.run_id, file.path)
        except KeyInvalid:
            detail = "the manifest names a path outside the run's folder"
            outside.append(Finding(kind="wrong", key=file.path, detail=detail))
        else:
            refs[key] = BlobRef(sha256=file.sha256, bytes=file.bytes, content_type=file.content_type)
    return refs, outside


def _check(store: Store, key: str, ref: BlobRef) -> Finding | None:
    try:
        digest, got = digest_of(store, key)
    except KeyMissing:
        return Finding(kind="missing", key=key, detail=f"{ref.bytes} bytes were published")
    if got != ref.bytes:
        return Finding(kind="wrong", key=key, detail=f"it has {got} bytes, {ref.bytes} were published")
    if digest != ref.sha256:
        return Finding(kind="wrong", key=key, detail=f"its SHA-256 is {digest[:16]}…, {ref.sha256[:16]}… was published")
    return None


def _foreign(store: Store, manifest: RunManifest) -> list[Finding]:
    prefix = layout.run_prefix(manifest.study, manifest.run_id)
    known = {f"{prefix}{file.path}" for file in manifest.files} | {f"{prefix}{layout.MANIFEST}"}
    return [
        Finding(kind="foreign", key=item.key, detail=f"{item.bytes} bytes that the manifest does not name")
        for item in store.keys(prefix)
        if item.key not in known
    ]


def _read_plan(store: Store, manifest: RunManifest) -> _Plan | None:
    """Return a run's plan; None where it is damaged, which is found elsewhere."""
    try:
        return _Plan.model_validate_json(get_run_file(store, manifest, layout.PLAN))
    except (KeyMissing, BlobCorrupt, ValidationError):
        return None


def _finished_trials(plan: _Plan | None, manifest: RunManifest) -> list[str]:
    """Return the trials of a run that have a result."""
    paths = {file.path for file in manifest.files}
    return [
        each.fingerprint
        for each in (plan.trials if plan else ())
        if layout.variant_file_path(each.trial.variant, each.trial.seed, _OF_FINISHED) in paths
    ]


def _attempts(store: Store, fingerprints: list[str]) -> tuple[list[Attempt], list[Finding]]:
    """Return the attempt at each trial that readers find, and a finding for each trial without one."""
    listed = in_parallel(lambda each: list(store.keys(layout.trial_prefix(each))), fingerprints)
    read = AttemptReader(store).read([item for items in listed for item in items])
    found = _found_by_readers(store, [attempt for attempt in read if attempt.is_trained])
    missing = [
        Finding(kind="missing", key=layout.trial_prefix(each), detail="no manifest of this finished trial can be read")
        for each in fingerprints
        if each not in found
    ]
    return list(found.values()), missing


def _found_by_readers(store: Store, trained: list[Attempt]) -> dict[str, Attempt]:
    """Return by fingerprint the newest attempt whose blobs are there; where no attempt's are, the newest."""
    by_trial: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in trained:
        by_trial[attempt.fingerprint].append(attempt)
    several = [attempt for attempts in by_trial.values() if len(attempts) > 1 for attempt in attempts]
    present = present_blobs(store, {ref for attempt in several for ref in attempt.files})
    return {
        fingerprint: max(attempts, key=lambda each: (present.issuperset(each.files), each.number))
        for fingerprint, attempts in by_trial.items()
    }
