"""Remove what killed runs have left in the store."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.pipeline import TidiedStore
from ablation.pipeline import tidy_store as tidy
from ablation.settings import Settings
from ablation.store import StoreLocation, connect


@task(cache_policy=NO_CACHE)
def tidy_store(store: StoreLocation, is_applied: bool) -> TidiedStore:
    """Mark killed runs as crashed and free their leases; only look unless it is applied."""
    return tidy(connect(store), Settings(), is_applied=is_applied)
