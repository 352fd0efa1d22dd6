"""The split of one seed: which samples train, validate and test, their labels, and what is fitted on the first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, read_arrays, write_arrays
from ablation.data.encoding import Encoding, fit_encoding
from ablation.data.labels import as_labels, with_noise
from ablation.data.normalizing import Normalized, fit, save_normalizer
from ablation.data.preparing.batches import Chosen, StoredBatches, batch_size
from ablation.data.preparing.parts import parts_key, write_batches
from ablation.data.preparing.steps import Steps, divide
from ablation.data.samples import Samples, samples_of
from ablation.data.splits import Split
from ablation.data.splitting import is_seeded, split_validation
from ablation.spec import DataSpec, digest
from ablation.spec.encoders import MultiHot

RARITY = "word_weights"
SPLITS = ("train", "validation", "test")
PART_OF = {"train": "train", "validation": "train", "test": "test"}


def fold_key(spec: DataSpec, dataset: Dataset, seed: int) -> str:
    """Return the identity of a split: trials with equal keys share one.

    Trailing element-wise steps leave it as it is; what is fitted for them is kept beside it.
    """
    section = spec.model_copy(update={"normalize": divide(spec).split})
    return digest(
        {
            "parts": parts_key(spec, dataset),
            "target": [dataset.task, dataset.classes, dataset.targets],
            "spec": section.model_dump(mode="json", exclude={"dataset", "augment"}),
            "split_seed": split_seed(spec, seed),
        }
    )


def split_seed(spec: DataSpec, seed: int) -> int | None:
    """Return the seed that a split depends on; None where it depends on none."""
    return seed if is_seeded(spec.validation) or spec.labels.noise > 0 else None


def choose(spec: DataSpec, parts: Mapping[str, Chosen], seed: int) -> dict[str, Chosen]:
    """Return the samples of each split; no validation split where the test part is to validate."""
    if not is_seeded(spec.validation):
        return dict(parts)
    train = parts["train"]
    kept, validation = split_validation(len(train.indices), spec.validation, seed)
    chosen = {"train": kept, "validation": validation}
    return {name: Chosen(train.samples, train.labels, rows) for name, rows in chosen.items()} | {"test": parts["test"]}


def write_fold(
    directory: Path, spec: DataSpec, dataset: Dataset, seed: int, chosen: Mapping[str, Chosen], stored: Path
) -> None:
    """Write a split.

    Args:
        directory: A new folder.
        spec: What is done.
        dataset: Of which.
        seed: Of the trials that share the split.
        chosen: The decoded samples and labels of each split.
        stored: Folder of the stored samples.

    Raises:
        DataError: A step does not fit the samples.
    """
    for name, split in chosen.items():
        labels = as_labels(split.labels[split.indices], dataset)
        if name == "train" and dataset.classes is not None and spec.labels.noise > 0:
            labels = with_noise(labels, dataset.classes, spec.labels.noise, seed)
        write_arrays(directory, {f"y_{name}": labels, f"rows_{name}": split.indices})
    if isinstance(spec.encode, MultiHot):
        size = batch_size(chosen["train"].samples, spec.encode.vocabulary_size, ())
        encoding = fit_encoding(spec.encode, (list(batch) for batch in chosen["train"].batches(size)))
        if encoding.weights is not None:
            write_arrays(directory, {RARITY: encoding.weights})
    _write_fitted(directory, divide(spec).split, read_fold(directory, spec, stored))


def read_fold(directory: Path, spec: DataSpec, stored: Path) -> dict[str, Split]:
    """Return the splits before the trailing steps, memory-mapped, by name."""
    arrays, of_parts = read_arrays(directory), read_arrays(stored)
    encoding = None if spec.encode is None else Encoding(spec.encode, arrays.get(RARITY))
    splits: dict[str, Split] = {}
    for name in (name for name in SPLITS if f"y_{name}" in arrays):
        own: Array | None = arrays.get(f"x_{name}")
        samples: Samples = samples_of(of_parts, PART_OF[name]) if own is None else own
        rows = arrays[f"rows_{name}"] if own is None else None
        splits[name] = Split(samples, arrays[f"y_{name}"], rows, encoding=encoding)
    return splits


def _write_fitted(directory: Path, steps: Steps, splits: Mapping[str, Split]) -> None:
    """Fit the steps on the training samples, and store every split as they leave it."""
    fitted = fit(steps, StoredBatches(splits["train"], steps))
    for name, split in splits.items():
        if steps:
            batches = Normalized(StoredBatches(split, steps), fitted)
            write_batches(directory / f"x_{name}.npy", batches, len(split))
    save_normalizer(directory, fitted)
