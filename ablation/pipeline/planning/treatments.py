"""How each variant of a study is trained, and whether that is fair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablation.analysis import FairnessWarning, Treatment, Unfairness, audit
from ablation.records import TrialOutcome
from ablation.spec import (
    DataSpec,
    EarlyStopping,
    Study,
    TrainingSpec,
    TrialSpec,
    digest,
    find_dataset,
    training_samples,
)
from ablation.spec.schedules import ReduceOnPlateau

OF_VALIDATION = "val_"
# Of the kinds of unfairness, the one that the checks of a spec warn of as well.
ON_TEST_DATA: Unfairness = "selection on the test set"


def audit_study(study: Study, outcomes: Sequence[TrialOutcome] = ()) -> tuple[FairnessWarning, ...]:
    """Return every way in which a study's comparison is not fair: before it runs those that its spec tells.

    Args:
        study: What is compared.
        outcomes: How the trials ended; none before they ran.
    """
    treatments = [treatment(variant.name, variant.spec) for variant in study.variants]
    return audit(treatments, study.baseline, outcomes, metric=study.spec.compare.metric)


def treatment(variant: str, spec: TrialSpec) -> Treatment:
    """Return how a variant is trained, as its spec says."""
    training, is_tested = spec.training, spec.data.validation.use == "test"
    everything = spec.model_dump(mode="json")
    del everything["training"]["optimizer"]["learning_rate"]
    return Treatment(
        variant=variant,
        epochs=training.total_epochs,
        batch_size=None if training.batch_size == "all" else training.batch_size,
        train_samples=training_samples(spec.data),
        samples=_samples_in_words(spec.data),
        learning_rate=training.optimizer.learning_rate,
        beside_rate=digest(everything),
        early_stopping=training.early_stopping and _rule_in_words(training.early_stopping),
        is_validated_on_test=is_tested,
        chosen_on_test=tuple(_choices(training)) if is_tested else (),
    )


def _samples_in_words(data: DataSpec) -> str:
    dataset = find_dataset(data.dataset)
    name = dataset.name if dataset else str(data.dataset)
    kept = "all samples" if data.subset.train is None else f"{data.subset.train:,} samples"
    validation = data.validation
    if validation.use is not None:
        return f"{kept} of {name}"
    apart = f"{validation.fraction:g}" if validation.fraction is not None else f"{validation.count:,}"
    return f"{kept} of {name} with {apart} to validate"


def _rule_in_words(rule: EarlyStopping) -> str:
    parts = [f"{rule.monitor} with patience {rule.patience}"]
    parts += [f"min_delta {rule.min_delta:g}"] if rule.min_delta else []
    parts += [f"from epoch {rule.start_from_epoch} on"] if rule.start_from_epoch else []
    return " ".join([*parts, "keeping the best epoch" if rule.restore_best else "keeping the last epoch"])


def _choices(training: TrainingSpec) -> Iterator[str]:
    """Yield what a validation metric chooses in a training."""
    rule = training.early_stopping
    if rule is not None and rule.monitor.startswith(OF_VALIDATION):
        yield f"the {'best' if rule.restore_best else 'last'} epoch (early stopping by {rule.monitor})"
    for schedule in (training.schedule, *(phase.schedule for phase in training.phases)):
        if isinstance(schedule, ReduceOnPlateau) and schedule.monitor.startswith(OF_VALIDATION):
            yield f"the learning rate ({schedule.kind} by {schedule.monitor})"
