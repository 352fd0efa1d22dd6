"""Run the frozen layers that trials begin with over all samples, once, before the trials start."""

from __future__ import annotations

from collections.abc import Callable

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from ablation.pipeline import RunContext, extract_features
from ablation.processes import Slots
from ablation.training import ExtractionProgress, SharedFeatures

LOGGED_STEPS = 10


@task(task_run_name="extract features of {features.name}", cache_policy=NO_CACHE)
def extract(features: SharedFeatures, run: RunContext, slots: Slots) -> SharedFeatures:
    """Store what frozen layers give; trials map it into memory."""
    extract_features(features, run, slots, sparse_log(get_run_logger().info))
    return features


def sparse_log(log: Callable[[str], None]) -> Callable[[ExtractionProgress], None]:
    """Return what says at each tenth of the samples how far it is."""
    said = 0

    def watch(progress: ExtractionProgress) -> None:
        nonlocal said
        step = progress.done * LOGGED_STEPS // progress.total
        if step > said:
            said = step
            log(f"{progress.done:,} of {progress.total:,} samples")

    return watch
