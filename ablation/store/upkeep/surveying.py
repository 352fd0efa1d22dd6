"""What a store holds at one moment: everything that deciding what is garbage needs, read once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ablation.store import layout
from ablation.store.errors import KeyMissing
from ablation.store.objects.store import Store, StoredObject
from ablation.store.transport.parallel import in_parallel
from ablation.store.upkeep.attempts import Attempt, AttemptReader
from ablation.store.upkeep.clock import store_time
from ablation.store.upkeep.living import Living, digests_in, read_living
from ablation.store.upkeep.uploads import Upload, uploads_before


@dataclass(frozen=True)
class Ages:
    """How old something must be to be removed.

    Args:
        grace: Whatever is younger is kept.
        older_than: Committed runs that are older are removed, too; None: none is.
    """

    grace: timedelta
    older_than: timedelta | None = None


@dataclass(frozen=True)
class RunFolder:
    """The objects of one run, committed or not.

    Args:
        study: Of the run.
        run_id: Of the run.
        objects: All that is in the folder.
        digests: Everything its manifest and its plan name.
        has_plan: Whether its plan, which names its trials, was read.
        hold: Why it is kept whatever its age; None: nothing keeps it, or nobody asked.
    """

    study: str
    run_id: str
    objects: tuple[StoredObject, ...]
    digests: frozenset[str] = frozenset()
    has_plan: bool = False
    hold: str | None = None

    @property
    def prefix(self) -> str:
        """Of its objects' keys."""
        return layout.run_prefix(self.study, self.run_id)

    @property
    def manifest(self) -> StoredObject | None:
        """The object that commits it, if it is committed."""
        return next((item for item in self.objects if item.key == f"{self.prefix}{layout.MANIFEST}"), None)


@dataclass(frozen=True)
class Survey:
    """A store at one moment.

    Args:
        now: By the store's clock.
        ages: That were asked for.
        living: What runs.
        blobs: All of them, listed before the manifests were read.
        attempts: At all trials.
        folders: Of all runs.
        checkpoints: States and records, by trial.
        scratch: What was left under scratch/.
        uploads: Incomplete ones that are old enough.
        crashed: Records of runs that were killed.
    """

    now: datetime
    ages: Ages
    living: Living
    blobs: tuple[StoredObject, ...]
    attempts: tuple[Attempt, ...]
    folders: tuple[RunFolder, ...]
    checkpoints: dict[str, tuple[StoredObject, ...]] = field(default_factory=dict)
    scratch: tuple[StoredObject, ...] = ()
    uploads: tuple[Upload, ...] = ()
    crashed: tuple[StoredObject, ...] = ()

    @property
    def horizon(self) -> datetime:
        """The moment before which something must have been written to be removed."""
        return horizon(self.now, self.ages, self.living)

    def is_old(self, item: StoredObject) -> bool:
        """Return whether an object is older than any run that is under way, and than the grace period."""
        return item.modified_at <= self.horizon

    def is_outdated(self, item: StoredObject) -> bool:
        """Return whether an object is so old that a run of its age is removed."""
        older_than = self.ages.older_than
        return older_than is not None and self.is_old(item) and item.modified_at <= self.now - older_than


def horizon(now: datetime, ages: Ages, living: Living) -> datetime:
    """Return the moment before which something must have been written to be removed."""
    young_from = now - ages.grace
    return young_from if living.since is None else min(young_from, living.since)


def take_survey(store: Store, ages: Ages, reader: AttemptReader | None = None) -> Survey:
    """Look at everything that garbage is decided by; nothing is written.

    Args:
        store: Where.
        ages: How old something must be to be removed.
        reader: Knows the attempts that were read before.
    """
    now = store_time(store)
    living = read_living(store, now, ages.grace)
    # Before the manifests: a blob that is referenced after this is either not in this list or known by its manifest.
    blobs = tuple(store.keys(layout.BLOBS))
    attempts = (reader or AttemptReader(store)).read(store.keys(layout.TRIALS))
    return Survey(
        now=now,
        ages=ages,
        living=living,
        blobs=blobs,
        attempts=tuple(attempts),
        folders=_folders(store, ages),
        checkpoints=_checkpoints(store),
        scratch=tuple(store.keys(layout.SCRATCH)),
        uploads=uploads_before(store, horizon(now, ages, living)),
        crashed=tuple(store.keys(layout.CRASHED)),
    )


def hold_of(store: Store, study: str, run_id: str) -> str | None:
    """Return why a run is kept whatever its age: a pin, the study's champion, its `latest`; None: nothing keeps it."""
    if store.exists(layout.pin_key(study, run_id)):
        return "pinned"
    if _points_to(store, layout.champion_key(study), run_id):
        return f"the champion of {study}"
    return f"the latest of {study}" if _points_to(store, layout.latest_key(study), run_id) else None


def _points_to(store: Store, key: str, run_id: str) -> bool:
    """Return whether a pointer names a run; one that is there and cannot be read may name any."""
    try:
        return bool(json.loads(store.get(key))["run_id"] == run_id)
    except KeyMissing:
        return False
    except (ValueError, KeyError, TypeError):
        return True


def _folders(store: Store, ages: Ages) -> tuple[RunFolder, ...]:
    by_run: defaultdict[tuple[str, str], list[StoredObject]] = defaultdict(list)
    for item in store.keys(layout.STUDIES):
        run = layout.run_of(item.key)
        if run is not None:
            by_run[run].append(item)
    folders = [RunFolder(*run, tuple(items)) for run, items in by_run.items()]
    newest = _newest(folders)
    return tuple(in_parallel(lambda folder: _described(store, folder, ages, newest), folders))


def _newest(folders: Iterable[RunFolder]) -> dict[str, str]:
    """Return the newest committed run of each study, which is `latest` also where the pointer lags behind."""
    newest: dict[str, str] = {}
    for folder in folders:
        if folder.manifest is not None:
            newest[folder.study] = max(folder.run_id, newest.get(folder.study, ""))
    return newest


def _described(store: Store, folder: RunFolder, ages: Ages, newest: Mapping[str, str]) -> RunFolder:
    """Return a folder with what its run names, and why it is kept, as far as that is asked for."""
    is_asked = ages.older_than is not None
    names = (layout.MANIFEST, layout.PLAN) if is_asked else (layout.MANIFEST,)
    texts = _texts(store, [f"{folder.prefix}{name}" for name in names])
    hold = hold_of(store, folder.study, folder.run_id) if is_asked or folder.manifest is None else None
    if newest.get(folder.study) == folder.run_id:
        hold = hold or f"the latest of {folder.study}"
    digests = frozenset(digest for text in texts for digest in digests_in(text))
    return replace(folder, digests=digests, has_plan=len(texts) == len(names), hold=hold)


def _texts(store: Store, keys: Iterable[str]) -> list[bytes]:
    found = []
    for key in keys:
        try:
            found.append(store.get(key))
        except KeyMissing:
            continue
    return found


def _checkpoints(store: Store) -> dict[str, tuple[StoredObject, ...]]:
    by_trial: defaultdict[str, list[StoredObject]] = defaultdict(list)
    for item in store.keys(layout.CHECKPOINTS):
        fingerprint = layout.checkpoint_owner(item.key)
        if fingerprint is not None:
            by_trial[fingerprint].append(item)
    return {fingerprint: tuple(items) for fingerprint, items in by_trial.items()}
