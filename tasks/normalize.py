"""Split and normalise a dataset for every trial that shares the split."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.catalogue import Dataset
from ablation.data import PreparedRef
from ablation.pipeline import prepare_data
from ablation.settings import Settings
from ablation.spec import DataSpec
from ablation.store import StoreLocation, connect


@task(task_run_name="normalize {dataset.name} seed {seed}", cache_policy=NO_CACHE)
def normalize(data: DataSpec, dataset: Dataset, seed: int, store: StoreLocation) -> PreparedRef:
    """Write the arrays that trials map into memory; normalisers are fitted on the training split only."""
    return prepare_data(data, dataset, seed, connect(store), Settings())
