"""Images of several classes: as stored, normalised, and as training sees them in its first epochs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ablation.data import Array, DataError
from ablation.data.describing import is_image
from ablation.pipeline.preview.facts import DataPreview
from ablation.pipeline.preview.subject import Subject
from ablation.pipeline.preview.windows import Window, describe_window, normalized_window, stored_window
from ablation.report.preview import Cell, GridColumn, ImageGrid
from ablation.spec.augmenters import CutMix, MixUp
from ablation.training import Batches, training_batches

MOST_CLASSES = 10
ROWS = 8
EPOCHS = 3
LEAST_SHARE = 0.005


def image_grid(subject: Subject, facts: DataPreview) -> tuple[ImageGrid, list[str]]:
    """Return the images that are drawn, and a sentence a column on how their values are."""
    chosen = choose_samples(subject.prepared.train.y, len(subject.classes) or None)
    stored = _stored(subject, facts, chosen)
    columns, notes = [stored[0]], [stored[1]]
    if is_image(facts.input_shape):
        window = normalized_window(facts.normalized)
        normalized = [Cell(image) for image in subject.prepared.train.read(chosen)]
        columns.append(_column("normalised", normalized, window))
        notes.append(_note("normalised", normalized, window))
        if facts.augment:
            epochs = _augmented(subject, chosen)
            columns += [_column(f"epoch {epoch}", cells, window) for epoch, cells in enumerate(epochs)]
            which = f"epochs 0 to {len(epochs) - 1}" if len(epochs) > 1 else "epoch 0"
            notes.append(_note(which, [cell for cells in epochs for cell in cells], window))
    else:
        shape = " x ".join(map(str, facts.input_shape))
        notes.append(f"normalised: samples of shape {shape} are no images, and are not drawn.")
    return ImageGrid(tuple(_labels(subject, chosen)), tuple(columns)), [*notes, *_left_out(facts)]


def _left_out(facts: DataPreview) -> list[str]:
    present = sum(each.counts["train"] > 0 for each in facts.classes)
    channels = facts.sample_shape[2:] or (1,)
    classes = [f"{MOST_CLASSES} of {present:,} classes are drawn."] if present > MOST_CLASSES else []
    return classes if channels[0] in (1, 3) else [*classes, f"The first of {channels[0]} channels is drawn."]


def choose_samples(labels: Array, classes: int | None) -> Array:
    """Return which training samples are drawn: the first ones of each class, of 10 classes where there are more.

    Args:
        labels: Of the training split: int32 (n,), or float32 (n, targets), of which samples from the least to the
            greatest are chosen.
        classes: None for a regression.
    """
    if classes is None:
        order: Array = np.argsort(labels[:, 0], kind="stable")
        chosen: Array = order[np.unique(np.linspace(0, len(order) - 1, ROWS).round().astype(int))]
        return chosen
    present = np.unique(labels)
    shown = present[np.unique(np.linspace(0, len(present) - 1, MOST_CLASSES).round().astype(int))]
    each = max(1, ROWS // len(shown))
    return np.concatenate([np.flatnonzero(labels == label)[:each] for label in shown])


def augmented_sample(batches: Batches, epoch: int, sample: int) -> tuple[Array, Array]:
    """Return a training sample and its target as an epoch of training has them."""
    index, place = batches.find(epoch, sample)
    x, targets, *_ = batches.batch(epoch, index)
    return x[place], targets[place]


def _stored(subject: Subject, facts: DataPreview, chosen: Array) -> tuple[GridColumn, str]:
    cells = [Cell(image) for image in subject.decoded["train"].take(chosen)]
    window = stored_window(facts.stored, is_8_bit=cells[0].image.dtype == np.uint8)
    return _column("as stored", cells, window), _note("as stored", cells, window)


def _augmented(subject: Subject, chosen: Array) -> list[list[Cell]]:
    trial = subject.trial
    try:
        batches = training_batches(trial, subject.prepared.train, subject.head)
    except ValueError as error:
        raise DataError(str(error)) from error
    epochs = range(min(EPOCHS, trial.spec.training.total_epochs))
    return [[_augmented_cell(subject, batches, epoch, int(sample)) for sample in chosen] for epoch in epochs]


def _augmented_cell(subject: Subject, batches: Batches, epoch: int, sample: int) -> Cell:
    image, target = augmented_sample(batches, epoch, sample)
    return Cell(image, _mixture(subject, target))


def _mixture(subject: Subject, target: Array) -> tuple[str, ...]:
    """Return the classes of a mixed sample with their shares, the greater one first; nothing where none is mixed."""
    form = subject.head.target_form
    is_mixed = any(isinstance(step, MixUp | CutMix) for step in subject.trial.spec.data.augment)
    if not is_mixed or form not in ("one_hot", "yes_no"):
        return ()
    shares = target if form == "one_hot" else np.array([1 - target[0], target[0]])
    mixed = [label for label in np.argsort(-shares, kind="stable") if shares[label] >= LEAST_SHARE]
    return tuple(f"{shares[label] * 100:.0f} % {_class(subject, label)}" for label in mixed)


def _labels(subject: Subject, chosen: Array) -> list[tuple[str, ...]]:
    labels, without_noise = subject.prepared.train.y, subject.decoded["train"].labels
    if not subject.classes:
        return [(f"target {labels[sample, 0]:.4g}", f"sample {sample}") for sample in chosen]
    rows = []
    for sample in chosen:
        changed = (f"noise: was {_class(subject, without_noise[sample])}",)
        is_changed = labels[sample] != without_noise[sample]
        rows.append((_class(subject, labels[sample]), f"sample {sample}", *(changed if is_changed else ())))
    return rows


def _class(subject: Subject, label: int) -> str:
    name = subject.classes[label]
    return f"class {name}" if name.isdigit() else name


def _column(title: str, cells: Sequence[Cell], window: Window) -> GridColumn:
    return GridColumn(title, tuple(cells), window.low, window.high)


def _note(title: str, cells: Sequence[Cell], window: Window) -> str:
    return describe_window(title, window, [cell.image for cell in cells])
