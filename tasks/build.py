"""Build a variant's model once, before its trials start."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.data import PreparedRef
from ablation.pipeline import BuiltModel, RunContext, build_variant
from ablation.spec import ModelSpec
from ablation.training import Slots


@task(task_run_name="build {variant}", cache_policy=NO_CACHE)
def build(variant: str, model: ModelSpec, prepared: PreparedRef, run: RunContext, slots: Slots) -> BuiltModel:
    """See that the layers fit the data, and count the weights."""
    return build_variant(variant, model, prepared.input_shape, run, slots)
