"""A learning-rate range test in a process of its own: a trial's first steps, while its learning rate climbs.

Source: Smith, Cyclical Learning Rates for Training Neural Networks (2017), section 3.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import keras
import numpy as np

from ablation.data import load_prepared
from ablation.evaluation import Head, head_of
from ablation.model import build_model, fetch_weights
from ablation.spec import Trial
from ablation.training.backend import configure_backend
from ablation.training.compiling.compiling import compile_model
from ablation.training.compiling.optimizers import build_optimizer
from ablation.training.feeding.batches import Batches, training_batches
from ablation.training.jobs import RESULT, RangeJob, RangeResult
from ablation.training.stages import rate_shares

# The test ends when the loss is so many times its minimum, both as means of some steps: one batch may be an odd one.
MOST_RISE = 4.0
MEAN_OF_STEPS = 5


def run_range_test(job_json: str, directory: Path) -> None:
    """Train one trial with a climbing learning rate, and write what its loss became.

    Args:
        job_json: A RangeJob.
        directory: Receives result.json (a RangeResult).
    """
    job = RangeJob.model_validate_json(job_json)
    trial = job.trial
    configure_backend(seed=trial.seed, threads=job.threads, devices=job.devices)
    prepared = load_prepared(job.prepared, job.settings)
    model = build_model(
        trial.spec.model,
        input_shape=job.prepared.input_shape,
        seed=trial.seed,
        weights=partial(fetch_weights, settings=job.settings),
        precision=trial.spec.training.precision,
    )
    head = head_of(trial.spec.model, trial.spec.training.loss, job.prepared.classes)
    batches = training_batches(trial, prepared.train, head)
    prepare_model(model, trial, head)
    rates = [float(rate) for rate in np.geomspace(job.first_rate, job.last_rate, job.steps)]
    result = climb(model, batches, rates)
    (directory / RESULT).write_text(result.model_dump_json(), encoding="utf-8")


def prepare_model(model: keras.Model, trial: Trial, head: Head) -> None:
    """Compile a model as a trial's first stage has it, but with a learning rate that can be set at every step."""
    spec = trial.spec.training
    optimizer = build_optimizer(spec.optimizer, spec.optimizer.learning_rate, spec.precision)
    for weights, share in rate_shares(model, trial.spec.model):
        optimizer.slow_down(weights, share)
    optimizer.build(model.trainable_variables)
    compile_model(model, optimizer, head, ())


def climb(model: keras.Model, batches: Batches, rates: Sequence[float]) -> RangeResult:
    """Train one step at each rate, and see what the loss is after it.

    Keras gives the loss of a batch before the step that the batch makes: what a step did shows in the next one.

    Args:
        model: Compiled, with a learning rate that is no schedule.
        batches: Taken in the order of a trial; after an epoch, those of the next.
        rates: One for each step.

    Raises:
        ValueError: The loss is not finite before the first step.
    """
    losses = [_step(model, batches, 0, rates[0])]
    if not math.isfinite(losses[0]):
        raise ValueError(f"the loss of the first batch is {losses[0]} with fresh weights: no learning rate mends that.")
    for step, rate in enumerate(islice([*rates, rates[-1]], 1, None), start=1):
        losses.append(_step(model, batches, step, rate))
        if not math.isfinite(losses[-1]):
            return _result(rates, losses[:-1], "not_finite")
        if has_risen(losses):
            return _result(rates, losses, "risen")
    return _result(rates, losses, None)


def has_risen(losses: Sequence[float]) -> bool:
    """Say whether a loss is far above its minimum; of a negative minimum, as far above it as of a positive one."""
    means = np.convolve(losses, np.full(MEAN_OF_STEPS, 1 / MEAN_OF_STEPS), mode="valid")
    return len(means) > 0 and bool(means[-1] > means.min() + (MOST_RISE - 1) * abs(means.min()))


def _step(model: keras.Model, batches: Batches, step: int, rate: float) -> float:
    model.optimizer.learning_rate = rate
    epoch, index = divmod(step, len(batches))
    return float(model.train_on_batch(*batches.batch(epoch, index), return_dict=True)["loss"])


def _result(rates: Sequence[float], losses: Sequence[float], stop: str | None) -> RangeResult:
    tested = len(losses) - 1
    return RangeResult.model_validate(
        {"start_loss": losses[0], "rates": tuple(rates[:tested]), "losses": tuple(losses[1:]), "stop": stop}
    )
