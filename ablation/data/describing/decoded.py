"""The samples of each split as the dataset has them, before anything is done to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, read_arrays
from ablation.data.labels import as_labels
from ablation.data.samples import Batch, Ragged, Samples, samples_of, take
from ablation.data.splitting import is_seeded, kept_samples, split_validation
from ablation.spec import DataSpec

CLASSES_FILE = "classes.json"
BATCH_VALUES = 1 << 22


@dataclass(frozen=True)
class DecodedSplit:
    """The decoded samples of one split.

    Args:
        samples: Of the whole part.
        labels: Of the split, as trials read them, but without label noise.
        indices: Which samples of the part are of the split, in order.
    """

    samples: Samples
    labels: Array
    indices: Array

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def sample_shape(self) -> tuple[int | None, ...]:
        """Shape of one sample; None where samples differ, () for sequences."""
        if not isinstance(self.samples, Ragged):
            return self.samples.shape[1:]
        return () if self.samples.shapes is None else (None, None, *self.samples.shapes[0, 2:].tolist())

    @property
    def is_of_sequences(self) -> bool:
        """Whether samples are integer sequences of any length."""
        return self.sample_shape == ()

    def take(self, which: Array) -> Batch:
        """Return samples by their places in the split: an array (k, ...), or a list where they differ."""
        return take(self.samples, self.indices[which])

    def batches(self) -> Iterator[Batch]:
        """Yield all samples in order, as many at a time as fit into memory."""
        mean_size = self.samples.mean_size if isinstance(self.samples, Ragged) else int(np.prod(self.samples.shape[1:]))
        step = max(1, BATCH_VALUES // max(1, mean_size))
        for start in range(0, len(self), step):
            yield self.take(np.arange(start, min(start + step, len(self))))


def decoded_splits(directory: Path, spec: DataSpec, dataset: Dataset, seed: int) -> dict[str, DecodedSplit]:
    """Return train, validation and test before they are encoded and normalised, in the order of the prepared splits.

    Args:
        directory: Of the dataset's decoded arrays.
        spec: How much of it is used, and how it is split.
        dataset: Which it is.
        seed: Of the trials that share the split.

    Raises:
        DataError: The dataset has fewer samples than the spec asks for.
    """
    arrays = read_arrays(directory)
    kept = kept_samples({part: len(arrays[f"y_{part}"]) for part in ("train", "test")}, spec.subset)
    train, test = np.arange(kept["train"]), np.arange(kept["test"])
    chosen = {"train": ("train", train), "validation": ("test", test), "test": ("test", test)}
    if is_seeded(spec.validation):
        train, validation = split_validation(kept["train"], spec.validation, seed)
        chosen |= {"train": ("train", train), "validation": ("train", validation)}
    return {
        name: DecodedSplit(samples_of(arrays, part), as_labels(arrays[f"y_{part}"][indices], dataset), indices)
        for name, (part, indices) in chosen.items()
    }


def class_names(directory: Path, classes: int) -> tuple[str, ...]:
    """Return the names of the classes, from the list beside the decoded arrays; their numbers where there is none."""
    path = directory / CLASSES_FILE
    names = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return tuple(map(str, names if len(names) == classes else range(classes)))
