"""A learning-rate range test of one trial of a study: nothing of it is published or taken for a result."""

from __future__ import annotations

import difflib
import math
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field

from ablation.analysis import RateRange, judge_rates
from ablation.pipeline.datasets import fetch_weights, prepare_data
from ablation.pipeline.planning.plans import choose_dataset
from ablation.pipeline.planning.resources import devices_of_one_trial, limits_of, threads_of
from ablation.processes import Limits, run_isolated
from ablation.records import Record
from ablation.settings import Settings
from ablation.spec import Study, Trial
from ablation.store import Store
from ablation.training import RANGE_TEST, RESULT, RangeJob, RangeResult

FEWEST_STEPS, MOST_STEPS = 100, 200
EPOCHS = 2


class RangeTestFailed(Exception):
    """The range test cannot be made; the message says why."""


class RangeRequest(Record):
    """What is to be tested."""

    variant: str | None = Field(default=None, description="The baseline when left out.")
    seed: int | None = Field(default=None, ge=0, description="The first of the study when left out.")
    first_rate: float = 1e-7
    last_rate: float = 10.0
    steps: int | None = Field(default=None, ge=1, description="About two epochs, 100 to 200, when left out.")


class RangeTest(Record):
    """A range test of one trial."""

    study: str
    variant: str
    seed: int
    found: RateRange


def run_range_test(study: Study, request: RangeRequest, store: Store, settings: Settings) -> RangeTest:
    """Train the first steps of one trial with a learning rate that climbs from step to step.

    Args:
        study: Has the trial.
        request: Which trial, and which rates.
        store: Where files are searched.
        settings: Where the cache is.

    Raises:
        DataError: The dataset or a file of weights cannot be had.
        ResourcesMissing: There are too few GPUs.
        RangeTestFailed: There is no such variant, the rates do not climb, or the trial ended without a result.
    """
    trial = _trial(study, request)
    if not 0 < request.first_rate < request.last_rate < math.inf:
        raise RangeTestFailed(
            f"--from: must be above 0 and below --to\n  got {request.first_rate:g} and {request.last_rate:g}. "
            "The learning rate climbs from one to the other, e.g. from 1e-7 to 10."
        )
    data = trial.spec.data
    prepared = prepare_data(data, choose_dataset(data.dataset), trial.seed, store, settings)
    fetch_weights(trial.spec.model, store, settings)
    job = RangeJob(
        trial=trial,
        prepared=prepared,
        cache_dir=str(settings.cache_dir.absolute()),
        devices=devices_of_one_trial(study.spec.runtime),
        threads=threads_of(study.spec.runtime, workers=1),
        first_rate=request.first_rate,
        last_rate=request.last_rate,
        steps=request.steps or default_steps(prepared.samples["train"], trial.spec.training.batch_size),
    )
    result = _train(job, limits_of(study.spec.runtime))
    found = judge_rates(
        (result.start_loss, result.rates, result.losses),
        planned_rates=(job.last_rate, job.steps),
        stop=result.stop,
        own_rate=trial.spec.training.optimizer.learning_rate,
    )
    return RangeTest(study=study.name, variant=trial.variant, seed=trial.seed, found=found)


def default_steps(samples: int, batch_size: int | Literal["all"]) -> int:
    """Return the steps of about two epochs, but at least 100 and at most 200: fewer are noise, more show no more."""
    steps_per_epoch = 1 if batch_size == "all" else -(-samples // batch_size)
    return max(FEWEST_STEPS, min(MOST_STEPS, EPOCHS * steps_per_epoch))


def _trial(study: Study, request: RangeRequest) -> Trial:
    name = request.variant or study.baseline
    specs = {variant.name: variant.spec for variant in study.variants}
    if name not in specs:
        near = difflib.get_close_matches(name, specs, n=1)
        advice = f"Did you mean {near[0]}?" if near else f"The variants are {', '.join(specs)}."
        raise RangeTestFailed(f"--variant: {study.name} has no variant of that name\n  got {name!r}. {advice}")
    seed = study.seeds[0] if request.seed is None else request.seed
    return Trial(study=study.name, variant=name, seed=seed, spec=specs[name])


def _train(job: RangeJob, limits: Limits) -> RangeResult:
    with tempfile.TemporaryDirectory(prefix="ablation-lr-range-") as name:
        directory = Path(name)
        end = run_isolated(RANGE_TEST, job.model_dump_json(), directory, limits=limits)
        if end.reason != "done":
            raise RangeTestFailed(f"the range test of {job.trial.name} ended without a result: {end.error}")
        return RangeResult.model_validate_json((directory / RESULT).read_bytes())
