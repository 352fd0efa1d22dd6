"""Finished trials, kept by fingerprint so that none is ever trained twice."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field, JsonValue, ValidationError

from ablation.records import Provenance, Record, TrialOutcome
from ablation.store import layout
from ablation.store.conditions.conditional import create
from ablation.store.errors import KeyMissing, KeyTaken
from ablation.store.objects.store import Store, StoredObject
from ablation.store.publishing.blobs import present_blobs
from ablation.store.transport.parallel import in_parallel

_log = logging.getLogger(__name__)
_CONTENDERS = 100
# From this many trials on, one listing of at most so many keys costs less than a request for each.
_LIST_FROM = 16
_LIST_KEYS = 1000


class TrialManifest(Record):
    """The commit of one attempt at a trial, written after its blobs."""

    schema_version: Literal[1] = 1
    attempt: int = Field(ge=1)
    published_at: datetime
    outcome: TrialOutcome
    provenance: Provenance | dict[str, JsonValue] = Field(
        union_mode="left_to_right", description="Where it comes from; as another version of this program wrote it down."
    )


def publish_trial(store: Store, outcome: TrialOutcome, provenance: Provenance | Mapping[str, JsonValue]) -> None:
    """Write the manifest of a trial as its next attempt; its blobs are in the store already.

    Raises:
        KeyTaken: Others took every number that was tried.
    """
    origin = provenance if isinstance(provenance, Provenance) else dict(provenance)
    first = max(_attempts(store, outcome.fingerprint), default=0) + 1
    for attempt in range(first, first + _CONTENDERS):
        manifest = TrialManifest(attempt=attempt, published_at=datetime.now(UTC), outcome=outcome, provenance=origin)
        key = layout.trial_manifest_key(outcome.fingerprint, attempt)
        if create(store, key, manifest.model_dump_json(indent=1).encode()):
            return
    raise KeyTaken(f"{store.uri_of(layout.trial_prefix(outcome.fingerprint))}: no free attempt. Run the command again.")


def find_trial(store: Store, fingerprint: str) -> TrialOutcome | None:
    """Return the newest trained outcome of a trial whose blobs are all there, or None."""
    return find_trials(store, [fingerprint]).get(fingerprint)


def find_trials(store: Store, fingerprints: Iterable[str]) -> dict[str, TrialOutcome]:
    """Return, by fingerprint, the newest trained outcome of each trial whose blobs are all there.

    Trials that were never trained, that failed, or whose manifest or blobs are damaged are absent.
    """
    attempts_of = _all_attempts(store, set(fingerprints))
    candidates = in_parallel(lambda item: _trained(store, *item), attempts_of.items())
    outcomes = [outcome for attempts in candidates for outcome in attempts]
    present = present_blobs(store, {ref for outcome in outcomes for ref in outcome.files.values()})
    found: dict[str, TrialOutcome] = {}
    for outcome in outcomes:
        if present.issuperset(outcome.files.values()):
            found.setdefault(outcome.fingerprint, outcome)
    return found


def published_trials(store: Store, fingerprints: Iterable[str]) -> set[str]:
    """Return which trials have a manifest; neither it nor the trial's blobs are looked at."""
    return {fingerprint for fingerprint, attempts in _all_attempts(store, set(fingerprints)).items() if attempts}


def _trained(store: Store, fingerprint: str, attempts: set[int]) -> list[TrialOutcome]:
    """Return the trained outcomes of one trial, newest first."""
    outcomes = (_outcome(store, fingerprint, attempt) for attempt in sorted(attempts, reverse=True))
    return [outcome for outcome in outcomes if outcome is not None and outcome.status == "trained"]


def _all_attempts(store: Store, fingerprints: set[str]) -> dict[str, set[int]]:
    """Return the numbers of the attempts at each trial: with one listing of all trials where that is enough."""
    if len(fingerprints) >= _LIST_FROM:
        listed, is_all = store.first_keys(layout.TRIALS, _LIST_KEYS)
        if is_all:
            known = _numbers(listed)
            return {fingerprint: known[fingerprint] for fingerprint in fingerprints}
    ordered = sorted(fingerprints)
    return dict(zip(ordered, in_parallel(lambda each: _attempts(store, each), ordered), strict=True))


def _attempts(store: Store, fingerprint: str) -> set[int]:
    return _numbers(store.keys(layout.trial_prefix(fingerprint)))[fingerprint]


def _numbers(listed: Iterable[StoredObject]) -> defaultdict[str, set[int]]:
    """Return the attempts' numbers by fingerprint."""
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for item in listed:
        found = layout.attempt_of(item.key)
        if found is not None:
            numbers[found[0]].add(found[1])
    return numbers


def _outcome(store: Store, fingerprint: str, attempt: int) -> TrialOutcome | None:
    key = layout.trial_manifest_key(fingerprint, attempt)
    try:
        manifest = TrialManifest.model_validate_json(store.get(key))
    except (ValidationError, KeyMissing) as error:
        _log.warning("%s is ignored: not the manifest of a trial (%s)", store.uri_of(key), type(error).__name__)
        return None
    outcome = manifest.outcome.model_copy(update={"provenance": manifest.provenance or None})
    if outcome.fingerprint != fingerprint:
        _log.warning("%s is ignored: it is the manifest of another trial", store.uri_of(key))
        return None
    return outcome
