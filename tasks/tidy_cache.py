"""Remove what is not used any more from the cache of this machine."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.pipeline import Leftover
from ablation.pipeline import tidy_cache as tidy
from ablation.settings import Settings


@task(cache_policy=NO_CACHE)
def tidy_cache(older_than_days: float, is_applied: bool) -> tuple[Leftover, ...]:
    """Remove folders of killed runs and what was not used for long; only look unless it is applied."""
    return tidy(Settings(), older_than_days=older_than_days, is_applied=is_applied)
