"""Repairs a published run: what is lost or changed is written again from whatever else in the store has its bytes.

What nothing has the bytes of is removed where it would be taken for whole, so that the next run of the study makes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from ablation.records import BlobRef, Record, RunManifest
from ablation.store import layout
from ablation.store.errors import KeyInvalid, KeyMissing, StoreError
from ablation.store.objects.store import Store
from ablation.store.publishing.blobs import delete_damaged
from ablation.store.publishing.digesting import digest_of
from ablation.store.publishing.runs import list_runs
from ablation.store.upkeep.errors import DeleteForbidden, answer_code, is_delete_refused
from ablation.store.upkeep.verification import Examined, Finding, Verification, examine_run, find_run

_VARIANTS = "variants/"
_TRAINED_AGAIN = "the next run of the study trains its trial again"
_OF_THE_RUN = "nothing in the store has its bytes; a new run of the study publishes its own"
_OF_A_TRIAL = "nothing in the store has its bytes; a new run of the study publishes the file of the trial trained again"


class Repair(Record):
    """What was done about one finding."""

    key: str = Field(description="Of the object, or the prefix of what is missing.")
    action: Literal["restored", "removed", "left"]
    detail: str


class Repaired(Record):
    """A run after its repair."""

    verification: Verification = Field(description="As it was before.")
    repairs: tuple[Repair, ...] = Field(description="One for each finding.")
    command: str = Field(description="Runs the same study again; empty where the run's plan does not say.")

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it was published now."""
        return all(repair.action == "restored" for repair in self.repairs)

    @property
    def is_to_be_made(self) -> bool:
        """Whether a run of the study makes something that is missing now."""
        return bool(self._lost)

    @property
    def stays_damaged(self) -> bool:
        """Whether the run lost what is its own, e.g. its page: another run publishes another one, never this."""
        return any(_is_of_the_run(key, self.verification) for key in self._lost)

    @property
    def _lost(self) -> list[str]:
        both = zip(self.verification.findings, self.repairs, strict=True)
        return [finding.key for finding, repair in both if finding.kind != "foreign" and repair.action != "restored"]


def repair_named(store: Store, name: str) -> Repaired:
    """Repair the run that a user means; of one whose manifest is damaged nothing can be restored.

    Raises:
        RunUnknown: The name fits no run, or several.
        DeleteForbidden: The store does not let these credentials delete what is damaged.
    """
    found = find_run(store, name)
    if isinstance(found, RunManifest):
        return repair_run(store, found)
    left = [Repair(key=each.key, action="left", detail=_OF_THE_RUN) for each in found.findings]
    return Repaired(verification=found, repairs=tuple(left), command="")


def repair_run(store: Store, manifest: RunManifest) -> Repaired:
    """Verify a run and repair what is not as it was published; what is whole is not written.

    Raises:
        DeleteForbidden: The store does not let these credentials delete what is damaged.
    """
    examined = examine_run(store, manifest)
    repairs = _restored(store, examined)
    for finding in examined.verification.findings:
        if finding.key not in repairs:
            repairs[finding.key] = _settled(store, finding, examined, repairs.values())
    in_order = tuple(repairs[finding.key] for finding in examined.verification.findings)
    return Repaired(verification=examined.verification, repairs=in_order, command=examined.command)


def _restored(store: Store, examined: Examined) -> dict[str, Repair]:
    """Write again, by key, what another object has the bytes of."""
    broken = [each.key for each in examined.verification.findings if each.key in examined.refs]
    if not broken:
        return {}
    sources = _sources(store, examined, set(broken))
    found = {key: _copied(store, key, examined.refs[key], sources[examined.refs[key].sha256]) for key in broken}
    return {key: Repair(key=key, action="restored", detail=f"from {source}") for key, source in found.items() if source}


def _sources(store: Store, examined: Examined, broken: set[str]) -> dict[str, list[str]]:
    """Return by digest where its bytes may be: in the run, in blobs, in other runs of the study."""
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for key, ref in examined.refs.items():
        if key not in broken:
            sources[ref.sha256].append(key)
    for key in broken:
        sources[examined.refs[key].sha256].append(layout.blob_key(examined.refs[key].sha256))
    for run in list_runs(store, examined.verification.study):
        for file in run.files if run.run_id != examined.verification.run_id else ():
            sources[file.sha256].append(f"{layout.run_prefix(run.study, run.run_id)}{file.path}")
    return sources


def _copied(store: Store, key: str, ref: BlobRef, sources: Iterable[str]) -> str | None:
    """Write an object from the first source that has its bytes, and return that source."""
    for source in sources:
        if source != key and _has_digest(store, source, ref.sha256):
            store.copy(source, key, ref.content_type)
            if _has_digest(store, key, ref.sha256):
                return source
    return None


def _has_digest(store: Store, key: str, sha256: str) -> bool:
    try:
        return digest_of(store, key)[0] == sha256
    except (KeyInvalid, KeyMissing):
        return False


def _is_of_the_run(key: str, run: Verification) -> bool:
    """Whether an object is neither a trial's, nor a run's copy of a trial's file."""
    copies = f"{layout.run_prefix(run.study, run.run_id)}{_VARIANTS}"
    return not key.startswith((layout.TRIALS, layout.BLOBS, copies))


def _settled(store: Store, finding: Finding, examined: Examined, done: Iterable[Repair]) -> Repair:
    """Remove what would be taken for whole, and say what becomes of it."""
    ref = examined.refs.get(finding.key)
    is_of_trial = finding.key.startswith((layout.TRIALS, layout.BLOBS))
    is_own = _is_of_the_run(finding.key, examined.verification)
    detail = _TRAINED_AGAIN if is_of_trial else _OF_THE_RUN if is_own else _OF_A_TRIAL
    if finding.kind == "foreign":
        detail = "no run says what it is; remove it by hand if nobody needs it"
    if finding.kind != "wrong" or ref is None or is_own:
        return Repair(key=finding.key, action="left", detail=detail)
    _remove(store, finding.key, ref, done)
    return Repair(key=finding.key, action="removed", detail=detail)


def _remove(store: Store, key: str, ref: BlobRef, done: Iterable[Repair]) -> None:
    try:
        delete_damaged(store, key, ref.sha256)
    except StoreError as error:
        if not is_delete_refused(error):
            raise
        restored = sum(each.action == "restored" for each in done)
        raise DeleteForbidden(
            f"{store.uri_of(key)}: the store forbids removing objects ({answer_code(error)}): it stays damaged, and "
            f"runs take it for whole. Let these credentials delete, and repeat; restored before that: {restored}."
        ) from error
