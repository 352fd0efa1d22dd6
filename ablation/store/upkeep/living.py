"""What runs at this moment, and what it needs from the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Final

from ablation.store import layout
from ablation.store.errors import KeyMissing
from ablation.store.objects.store import Store, StoredObject
from ablation.store.transport.parallel import in_parallel

# A lease or a run whose record is not older may live, whatever grace period a user gives.
LEAST_LIFE: Final = timedelta(hours=1)
# By so much the clock of the machine that named a run may be ahead of the store's.
CLOCK_SKEW: Final = timedelta(hours=1)

# A run whose id does not say when it began may have written everything.
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC) + CLOCK_SKEW

_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_STARTED = re.compile(r"([0-9]{8}-[0-9]{6})-")


@dataclass(frozen=True)
class Living:
    """The runs that are under way, and the trials that are being trained.

    Args:
        run_ids: Of the runs.
        trials: Fingerprints that leases and runs name.
        since: What was written later may belong to one of the runs; None: nothing runs.
        has_unnamed: Whether a run may need trials that it does not name.
    """

    run_ids: frozenset[str]
    trials: frozenset[str]
    since: datetime | None
    has_unnamed: bool


def read_living(store: Store, now: datetime, grace: timedelta) -> Living:
    """Return what runs: every lease and every record of a run that is younger than the grace period.

    Args:
        store: Where.
        now: By the store's clock.
        grace: How long a record may go without being written again.
    """
    oldest = now - max(grace, LEAST_LIFE)
    leases = [item for item in store.keys(layout.LEASES) if item.modified_at > oldest]
    runs = [item for item in store.keys(layout.RUNNING) if item.modified_at > oldest]
    named = in_parallel(lambda item: _named(store, item), runs)
    started = [started_at(_stem(item.key)) or _ALWAYS for item in runs]
    return Living(
        run_ids=frozenset(_stem(item.key) for item in runs),
        trials=frozenset({_stem(item.key) for item in leases} | _locked(store)).union(*named),
        since=min(started) - CLOCK_SKEW if started else None,
        has_unnamed=not all(named),
    )


def digests_in(text: bytes) -> frozenset[str]:
    """Return every SHA-256 that a document names, whatever its form: also one that this version cannot read."""
    return frozenset(found.decode() for found in _DIGEST.findall(text))


def started_at(run_id: str) -> datetime | None:
    """Return when a run began, by the clock of its machine, as its id says; None where the id does not."""
    found = _STARTED.match(run_id)
    try:
        return datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _named(store: Store, item: StoredObject) -> frozenset[str]:
    try:
        return digests_in(store.get(item.key))
    except KeyMissing:
        return frozenset()


def _locked(store: Store) -> set[str]:
    """Return the trials whose lease is a file that the kernel locks, in a store that is a folder."""
    return set() if store.root is None else {path.stem for path in (store.root / layout.LOCKS).glob("*.json")}


def _stem(key: str) -> str:
    return PurePosixPath(key).name.removesuffix(".json")
