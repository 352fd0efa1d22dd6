"""Decides what in a store is garbage: a pure function of what was seen there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final, Literal

from pydantic import Field

from ablation.records import Record
from ablation.store import layout
from ablation.store.objects.store import StoredObject
from ablation.store.upkeep.attempts import Attempt
from ablation.store.upkeep.living import started_at
from ablation.store.upkeep.surveying import RunFolder, Survey

Kind = Literal[
    "old run",
    "unfinished run",
    "attempt",
    "old trial",
    "checkpoint",
    "blob",
    "scratch object",
    "incomplete upload",
    "crashed run",
]


class Garbage(Record):
    """Objects that are removed together."""

    kind: Kind
    key: str = Field(description="Of the object, or the prefix of all of them.")
    why: str
    objects: int = Field(ge=0)
    bytes: int = Field(ge=0)
    upload_id: str | None = None


class KeptRun(Record):
    """A run that is old enough to be removed, and why it is not."""

    study: str
    run_id: str
    why: str


class Collection(Record):
    """What nothing holds, and what is held although it is old.

    Args:
        garbage: In the order in which it is removed.
        kept: Old runs that stay.
        notes: What else stays, and why.
    """

    garbage: tuple[Garbage, ...]
    kept: tuple[KeptRun, ...] = ()
    notes: tuple[str, ...] = ()


def mark_garbage(survey: Survey) -> Collection:
    """Return what can be removed, one stage after the other, as if each were removed before the next is looked at."""
    garbage: list[Garbage] = []
    rest = survey
    for stage in STAGES:
        found = stage(rest)
        garbage += found
        rest = _without(rest, {each.key for each in found})
    return Collection(garbage=tuple(garbage), kept=tuple(_kept(survey)), notes=tuple(_notes(survey)))


def dead_runs(survey: Survey) -> list[Garbage]:
    """Return the runs that nothing holds: committed ones that are too old, and those that were never committed."""
    old = [folder for folder in _outdated(survey) if _hold(survey, folder) is None]
    return [
        *(_garbage("old run", each.prefix, _age(survey, each), each.objects) for each in old),
        *(_garbage("unfinished run", each.prefix, "it has no manifest", each.objects) for each in _uncommitted(survey)),
    ]


def leftovers(survey: Survey) -> list[Garbage]:
    """Return what no reader looks at any more: of trials, checkpoints, and requests that were not finished."""
    trials = list(_trial_garbage(survey))
    attempts = _attempt_garbage(_without(survey, {each.key for each in trials}))
    return [
        *attempts,
        *trials,
        *_checkpoint_garbage(survey),
        *(
            _garbage("scratch object", item.key, "left behind", [item])
            for item in survey.scratch
            if survey.is_old(item)
        ),
        *_upload_garbage(survey),
        *_crash_garbage(survey),
    ]


def unnamed_blobs(survey: Survey) -> list[Garbage]:
    """Return the blobs that no manifest of a trial or of a run names."""
    held: set[str] = set(survey.living.trials)
    held = held.union(*(each.digests for each in survey.attempts), *(each.digests for each in survey.folders))
    return [
        _garbage("blob", item.key, "no manifest names it", [item])
        for item in survey.blobs
        if item.key.rpartition("/")[2] not in held and survey.is_old(item)
    ]


# In the order of removal: no manifest is left without what it names.
STAGES: Final = (dead_runs, leftovers, unnamed_blobs)


def _without(survey: Survey, removed: set[str]) -> Survey:
    """Return a survey as it will be when some keys and prefixes of keys are removed."""
    return replace(
        survey,
        folders=tuple(each for each in survey.folders if each.prefix not in removed),
        attempts=tuple(
            each
            for each in survey.attempts
            if each.manifest.key not in removed and layout.trial_prefix(each.fingerprint) not in removed
        ),
    )


def _outdated(survey: Survey) -> Iterator[RunFolder]:
    return (each for each in survey.folders if each.manifest is not None and survey.is_outdated(each.manifest))


def _hold(survey: Survey, folder: RunFolder) -> str | None:
    return "under way" if folder.run_id in survey.living.run_ids else folder.hold


def _kept(survey: Survey) -> Iterator[KeptRun]:
    for folder in _outdated(survey):
        why = _hold(survey, folder)
        if why is not None:
            yield KeptRun(study=folder.study, run_id=folder.run_id, why=why)


def _notes(survey: Survey) -> Iterator[str]:
    living = survey.living
    if living.since is not None:
        yield f"{len(living.run_ids)} under way: what was written since {living.since:%Y-%m-%d %H:%M} UTC stays"
    if survey.ages.older_than is not None and not _knows_trials(survey):
        yield "which trials are needed is not known, while a run is under way or without its plan: all of them stay"


def _uncommitted(survey: Survey) -> Iterator[RunFolder]:
    for folder in survey.folders:
        if folder.manifest is None and _hold(survey, folder) is None and _is_abandoned(survey, folder):
            yield folder


def _is_abandoned(survey: Survey, folder: RunFolder) -> bool:
    # Copies of blobs are as old as the blobs on some endpoints, so a run that publishes now may look old.
    began_at = started_at(folder.run_id) or survey.horizon
    return began_at <= survey.horizon and all(map(survey.is_old, folder.objects))


def _attempt_garbage(survey: Survey) -> Iterator[Garbage]:
    """Yield the attempts that failed, or that a newer and whole one took the place of before the horizon."""
    sizes = {item.key: item.bytes for item in survey.blobs}
    for fingerprint, group in groupby(survey.attempts, key=lambda each: each.fingerprint):
        attempts = list(group)
        newest = next((each for each in reversed(attempts) if each.is_whole(sizes)), None)
        for attempt in attempts if fingerprint not in survey.living.trials else ():
            why = _outlived_by(survey, attempt, newest)
            if why is not None and survey.is_old(attempt.manifest):
                yield _garbage("attempt", attempt.manifest.key, why, [attempt.manifest])


def _outlived_by(survey: Survey, attempt: Attempt, newest: Attempt | None) -> str | None:
    if newest is not None and attempt.number < newest.number and survey.is_old(newest.manifest):
        return f"attempt {newest.number} took its place"
    # One that cannot be read may be a newer version's.
    return f"it ended as {attempt.status}" if attempt.status not in ("trained", None) else None


def _trial_garbage(survey: Survey) -> Iterator[Garbage]:
    """Yield the trials that are as old as a run to be removed, and that no run which stays has."""
    if not _knows_trials(survey):
        return
    held = survey.living.trials.union(*(folder.digests for folder in survey.folders))
    for fingerprint, group in groupby(survey.attempts, key=lambda each: each.fingerprint):
        manifests = [each.manifest for each in group]
        if fingerprint not in held and all(map(survey.is_outdated, manifests)):
            yield _garbage("old trial", layout.trial_prefix(fingerprint), "no run that stays has it", manifests)


def _knows_trials(survey: Survey) -> bool:
    """Return whether all runs, those that stay and those that are under way, say which trials they need."""
    return not survey.living.has_unnamed and all(folder.has_plan for folder in survey.folders if folder.manifest)


def _checkpoint_garbage(survey: Survey) -> Iterator[Garbage]:
    sizes = {item.key: item.bytes for item in survey.blobs}
    finished = {each.fingerprint for each in survey.attempts if each.is_whole(sizes)}
    for fingerprint, items in survey.checkpoints.items():
        if fingerprint in survey.living.trials or not all(map(survey.is_old, items)):
            continue
        key = layout.checkpoint_prefix(fingerprint)
        if fingerprint in finished:
            yield _garbage("checkpoint", key, "its trial is finished", items)
        elif all(map(survey.is_outdated, items)):
            yield _garbage("checkpoint", key, "nobody went on from it", items)


def _upload_garbage(survey: Survey) -> Iterator[Garbage]:
    for upload in survey.uploads:
        yield Garbage(
            kind="incomplete upload",
            key=upload.key,
            why="it was never completed",
            objects=1,
            bytes=upload.bytes,
            upload_id=upload.upload_id,
        )


def _crash_garbage(survey: Survey) -> Iterator[Garbage]:
    """Yield the records of crashed runs of which nothing else is left; one that cannot be a run's is left alone."""
    there = {(folder.study, folder.run_id) for folder in survey.folders}
    for item in survey.crashed:
        run = layout.crashed_of(item.key)
        if run is not None and run not in there and run[1] not in survey.living.run_ids and survey.is_old(item):
            yield _garbage("crashed run", item.key, "nothing else of the run is left", [item])


def _garbage(kind: Kind, key: str, why: str, objects: Iterable[StoredObject]) -> Garbage:
    items = list(objects)
    return Garbage(kind=kind, key=key, why=why, objects=len(items), bytes=sum(item.bytes for item in items))


def _age(survey: Survey, folder: RunFolder) -> str:
    assert folder.manifest is not None
    return f"it is {(survey.now - folder.manifest.modified_at).days} days old"
