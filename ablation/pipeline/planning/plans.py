"""What a run is going to do: trials, their identities, and which of them are finished already."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import metadata

from ablation.catalogue import Dataset, catalogue
from ablation.code_digest import code_digest
from ablation.data import DataError, locate
from ablation.pipeline.records import PlannedTrial, RunPlan
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.spec import Source, Study, Surroundings, Trial, find_dataset, fingerprint
from ablation.store import Store, find_trials, published_trials

_BACKENDS = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "jax": ("jax", "jaxlib"), "torch": ("torch",)}


def new_run_id(now: datetime) -> str:
    """Return a run id that sorts by time and is unique.

    Args:
        now: In UTC.
    """
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def choose_dataset(choice: str | Source) -> Dataset:
    """Return the dataset that a study means, in the published form that is nearest to this machine.

    A run chooses once: what is planned is what is fetched and trained on, wherever that happens.

    Raises:
        DataError: There is none of that name.
    """
    dataset = find_dataset(choice)
    if dataset is None:
        raise DataError(f"data.dataset: no dataset is named {choice!r}. Choose from: {', '.join(catalogue())}.")
    return locate(dataset, Settings())


def plan_run(
    study: Study, run_id: str, *, spec_text: str = "", command: str = "", deviations: tuple[str, ...] = ()
) -> RunPlan:
    """Work out every trial of a study and its identity.

    Args:
        study: What to run.
        run_id: Names the run in the store.
        spec_text: The spec as written, published with the run.
        command: Runs the same study again.
        deviations: What was changed on the command line, e.g. `--set training.epochs=5`.

    Raises:
        DataError: A variant names a dataset that is not in the catalogue.
    """
    chosen = {variant.name: choose_dataset(variant.spec.data.dataset) for variant in study.variants}
    changes = {variant.name: dict(variant.changes) for variant in study.variants}
    return RunPlan(
        study=study.name,
        run_id=run_id,
        started_at=datetime.now(UTC),
        command=command,
        spec_text=spec_text,
        deviations=deviations,
        warnings=tuple(f"{problem.path}: {problem.message}" for problem in study.warnings),
        trials=plan_trials(study.trials, chosen),
        baseline=study.baseline,
        changes=changes,
    )


def plan_trials(trials: Sequence[Trial], datasets: Mapping[str, Dataset]) -> tuple[PlannedTrial, ...]:
    """Work out identities, and an order of starting.

    Args:
        trials: What to plan.
        datasets: That were chosen, by variant.
    """
    positions = _positions([(trial, datasets[trial.variant].samples) for trial in trials])
    return tuple(
        _planned(trial, datasets[trial.variant], position) for trial, position in zip(trials, positions, strict=True)
    )


def surroundings(dataset: Dataset) -> Surroundings:
    """Return what a result on this machine depends on besides its spec."""
    return Surroundings(dataset_sha256=dataset.identity, code_sha256=code_digest(), versions=library_versions())


def library_versions() -> dict[str, str]:
    """Return the versions of what computes and draws, Keras, its backend and others, without importing them."""
    return dict(_versions(os.environ.get("KERAS_BACKEND", "tensorflow")))


@cache  # each looks for a folder in every folder that Python imports from
def _versions(backend: str) -> dict[str, str]:
    versions = {name: metadata.version(name) for name in ("keras", "numpy", "scipy", "pillow")} | {"backend": backend}
    for distribution in _BACKENDS.get(backend, (backend,)):
        try:
            versions[backend] = metadata.version(distribution)
            break
        except metadata.PackageNotFoundError:
            continue
    return versions


def _positions(trials: Sequence[tuple[Trial, int | None]]) -> list[int]:
    """Return each trial's place in the order of starting: the most steps first, so that no long trial is left alone.

    Trials of equally many steps keep the order of the study.
    """
    order = sorted(range(len(trials)), key=lambda place: -_steps(*trials[place]))
    return sorted(range(len(trials)), key=order.__getitem__)


def _steps(trial: Trial, samples: int | None) -> float:
    """Return about how many steps a trial trains; `samples` is the size of its dataset, where it is known."""
    spec = trial.spec
    kept = spec.data.subset.train or samples or 1
    batch_size = kept if spec.training.batch_size == "all" else min(spec.training.batch_size, kept)
    return spec.training.total_epochs * kept / batch_size


def _planned(trial: Trial, dataset: Dataset, position: int) -> PlannedTrial:
    around = surroundings(dataset)
    return PlannedTrial(
        trial=trial,
        dataset=dataset,
        surroundings=around,
        fingerprint=fingerprint(trial, around),
        position=position,
    )


def find_finished(plan: RunPlan, store: Store) -> dict[str, TrialOutcome]:
    """Return the outcomes of trials that were finished before, by anyone on this store, by fingerprint."""
    wanted = {planned.fingerprint for planned in plan.trials}
    return find_trials(store, sorted(wanted))


def has_new_trials(plan: RunPlan, store: Store) -> bool:
    """Whether a trial of the plan was never finished; whether its files are whole is not looked at."""
    wanted = {planned.fingerprint for planned in plan.trials}
    return len(published_trials(store, wanted)) < len(wanted)


def as_twin(planned: PlannedTrial, outcome: TrialOutcome) -> TrialOutcome:
    """Return how a trial ended that is equal to another one of its run, which was trained for both."""
    if outcome.is_finished:
        return as_cached(planned, outcome)
    return outcome.model_copy(update={"variant": planned.trial.variant, "seed": planned.trial.seed})


def as_cached(planned: PlannedTrial, outcome: TrialOutcome) -> TrialOutcome:
    """Return a finished trial's outcome under the name it has in this run."""
    names = {"variant": planned.trial.variant, "seed": planned.trial.seed, "status": "cached"}
    return outcome.model_copy(update=names)
