"""Housekeeping: find killed runs, free what they held, remove what nobody uses any more."""

from __future__ import annotations

from prefect import flow, get_run_logger

from ablation.pipeline import OLDER_THAN_DAYS, Leftover
from ablation.settings import Settings
from ablation.store import open_store
from flows.crashes import mark_crashed
from tasks.tidy_cache import tidy_cache
from tasks.tidy_store import tidy_store


@flow(name="housekeeping")
def housekeeping(is_applied: bool = False, older_than_days: float = OLDER_THAN_DAYS) -> tuple[Leftover, ...]:
    """Tidy the store and the cache of this machine; results are never touched.

    Args:
        is_applied: Whether anything is changed; else it is only said.
        older_than_days: How long something of the cache must not have been used.

    Returns:
        What was found.
    """
    with open_store(Settings()) as store:
        tidied = tidy_store(store.location, is_applied)
    for run in tidied.crashed:
        mark_crashed(run)
    found = (*tidied.leftovers, *tidy_cache(older_than_days, is_applied))
    for each in found:
        get_run_logger().info("%s %s, %d bytes", each.kind, each.name, each.bytes)
    return found
