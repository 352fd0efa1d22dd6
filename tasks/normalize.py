"""Split and normalise a dataset for every trial that shares the split."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.data import PreparedRef, prepare
from ablation.pipeline import find_dataset
from ablation.settings import Settings
from ablation.spec import DataSpec


@task(task_run_name="normalize {data.dataset} seed {seed}", cache_policy=NO_CACHE)
def normalize(data: DataSpec, seed: int, content_sha256: str) -> PreparedRef:
    """Write the arrays that trials map into memory; normalisers are fitted on the training split only."""
    return prepare(data, find_dataset(data.dataset), seed, Settings())
