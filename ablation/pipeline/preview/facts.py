"""What is known of a trial's data, as numbers; the JSON of `ablate data preview`."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ablation.data.describing import (
    ClassCounts,
    Quantiles,
    SequenceFacts,
    ValueRange,
    class_counts,
    describe_sequences,
    in_batches,
    target_quantiles,
    value_ranges,
)
from ablation.pipeline.preview.subject import Kind, Subject
from ablation.records import Record


class DataPreview(Record):
    """The data of one trial."""

    study: str
    variant: str
    seed: int
    dataset: str
    kind: Kind
    sample_shape: tuple[int | None, ...] = Field(description="As the dataset has it; null where samples differ.")
    input_shape: tuple[int, ...] = Field(description="Of one sample as the network reads it.")
    samples: dict[str, int] = Field(description="Of each split.")
    validation_is_test: bool
    classes: tuple[ClassCounts, ...] = Field(description="Empty for a regression.")
    absent: dict[str, tuple[str, ...]] = Field(description="By split, the classes that it has no sample of.")
    targets: tuple[dict[str, Quantiles], ...] = Field(description="Of a regression, by split.")
    changed_labels: int = Field(description="Training labels that label noise replaced by another class.")
    stored: tuple[ValueRange, ...] = Field(description="Of the training split, as the dataset has it.")
    normalized: tuple[ValueRange, ...] = Field(description="Of the training split, as the network reads it.")
    sequences: SequenceFacts | None = None
    augment: tuple[str, ...] = Field(description="Steps on training batches, in order.")
    notes: tuple[str, ...] = Field(default=(), description="What the picture clips, rescales or leaves out.")


def facts_of(subject: Subject) -> DataPreview:
    """Measure everything that is to be known."""
    data, labels, train = subject.trial.spec.data, subject.labels, subject.decoded["train"]
    classes = class_counts(labels, subject.classes) if subject.classes else ()
    return DataPreview(
        study=subject.trial.study,
        variant=subject.trial.variant,
        seed=subject.trial.seed,
        dataset=subject.dataset.name,
        kind=subject.kind,
        sample_shape=train.sample_shape,
        input_shape=subject.prepared.train.input_shape,
        samples={name: len(split) for name, split in labels.items()},
        validation_is_test=data.validation.use == "test",
        classes=classes,
        absent={name: tuple(each.name for each in classes if not each.counts[name]) for name in labels},
        targets=() if subject.classes else target_quantiles(labels),
        changed_labels=int(np.count_nonzero(train.labels != labels["train"])),
        stored=value_ranges(train.batches(), subject.stored_columns()),
        normalized=value_ranges(in_batches(subject.prepared.train), subject.normalized_columns()),
        sequences=describe_sequences(subject.decoded, data.encode) if data.encode else None,
        augment=tuple(step.kind for step in data.augment),
    )
