"""Removes garbage, each piece after another look at it. What is garbage only because of the rest goes last: blobs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Final

from ablation.store import layout
from ablation.store.errors import StoreError
from ablation.store.objects.store import Store, StoredObject
from ablation.store.transport.parallel import in_parallel
from ablation.store.upkeep.attempts import AttemptReader
from ablation.store.upkeep.errors import DeleteForbidden, answer_code, is_delete_refused
from ablation.store.upkeep.living import read_living
from ablation.store.upkeep.marking import STAGES, Collection, Garbage, mark_garbage
from ablation.store.upkeep.surveying import Ages, Survey, hold_of, take_survey
from ablation.store.upkeep.uploads import Upload, abort


def sweep_garbage(store: Store, ages: Ages) -> Collection:
    """Remove what nothing holds, and return what was removed and what was kept.

    Manifests go before what they name, and blobs after another survey, so that a reader never sees half of anything
    and a run that publishes meanwhile keeps what it needs.

    Raises:
        DeleteForbidden: The store does not let these credentials delete; the message says what was removed before.
    """
    reader = AttemptReader(store)
    removed: list[Garbage] = []
    try:
        store.delete(f"{layout.SCRATCH}{secrets.token_hex(16)}")  # there is none: a store that forbids deletes says so
        seen: Collection | None = None
        for stage in STAGES:
            survey = take_survey(store, ages, reader)
            seen = seen or mark_garbage(survey)
            _remove(store, survey, stage(survey), removed)
    except StoreError as error:
        if not is_delete_refused(error):
            raise
        raise DeleteForbidden(_forbidden(store, error, removed)) from error
    assert seen is not None
    return seen.model_copy(update={"garbage": tuple(removed)})


def _forbidden(store: Store, error: StoreError, removed: list[Garbage]) -> str:
    before = f"{sum(each.objects for each in removed)} objects were removed before that" if removed else "none was"
    return (
        f"{store.uri}: the store forbids removing objects ({answer_code(error)}): {before}. "
        "Let these credentials delete, or look only, without --apply."
    )


def _remove(store: Store, survey: Survey, garbage: Iterable[Garbage], removed: list[Garbage]) -> None:
    def remove(item: Garbage) -> None:
        if _REMOVE.get(item.kind, _remove_object)(store, survey, item):
            removed.append(item)

    in_parallel(remove, garbage)


def _remove_run(store: Store, survey: Survey, item: Garbage) -> bool:
    """Remove a committed run, its manifest first: from then on no reader sees it."""
    manifest = f"{item.key}{layout.MANIFEST}"
    name = layout.run_of(manifest)
    assert name is not None
    if hold_of(store, *name) is not None or not _is_still_old(store, survey, manifest):
        return False
    store.delete(manifest)
    for each in list(store.keys(item.key)):
        store.delete(each.key)
    return True


def _remove_object(store: Store, survey: Survey, item: Garbage) -> bool:
    if not _is_still_old(store, survey, item.key):
        return False
    store.delete(item.key)
    return True


def _remove_folder(store: Store, survey: Survey, item: Garbage) -> bool:
    """Remove everything under a prefix, unless something was written there meanwhile."""
    objects = list(store.keys(item.key))
    if f"{item.key}{layout.MANIFEST}" in (each.key for each in objects) or not all(map(survey.is_old, objects)):
        return False
    for each in sorted(objects, key=_is_state):
        store.delete(each.key)
    return True


def _remove_trial(store: Store, survey: Survey, item: Garbage) -> bool:
    """Remove a finished trial, unless a run began meanwhile that may have found it."""
    living = read_living(store, survey.now, survey.ages.grace)
    if living.has_unnamed or item.key.split("/")[1] in living.trials:
        return False
    return _remove_folder(store, survey, item)


def _remove_upload(store: Store, survey: Survey, item: Garbage) -> bool:
    assert item.upload_id is not None
    abort(store, Upload(item.key, item.upload_id, survey.horizon, item.bytes))
    return True


def _is_still_old(store: Store, survey: Survey, key: str) -> bool:
    """Return whether an object is there and was not written again since it was seen."""
    # Listed, as it was when it was seen: rclone's answers to HEAD have other times.
    found = store.first_keys(key, 1)[0]
    return bool(found) and found[0].key == key and survey.is_old(found[0])


def _is_state(item: StoredObject) -> bool:
    # A checkpoint's record goes first: whoever finds it finds its state.
    return not item.key.endswith("/latest.json")


_REMOVE: Final[dict[str, Callable[[Store, Survey, Garbage], bool]]] = {
    "old run": _remove_run,
    "unfinished run": _remove_folder,
    "old trial": _remove_trial,
    "checkpoint": _remove_folder,
    "incomplete upload": _remove_upload,
}
