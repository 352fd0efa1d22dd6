"""What trials read: splits and normalised arrays, written once per (dataset, data section, split) and memory-mapped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from ablation.catalogue import Dataset
from ablation.code_digest import code_digest
from ablation.data.arrays import Array, read_arrays, write_arrays, write_once
from ablation.data.decoding import materialize
from ablation.data.normalizing import Affine, apply, fit
from ablation.data.splitting import is_seeded, split_validation, take_subset
from ablation.records import Record
from ablation.settings import Settings
from ablation.spec import DataSpec, canonical_json, digest

_NORMALIZER = TypeAdapter(tuple[Affine, ...])


class PreparedRef(Record):
    """A reference to prepared data; the arrays are found, or made again, from it on any machine."""

    dataset: str
    spec: DataSpec
    split_seed: int | None
    key: str
    classes: int
    input_shape: tuple[int, ...]
    samples: dict[str, int]


@dataclass(frozen=True)
class Split:
    """Samples and labels of one part, memory-mapped."""

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Prepared:
    """What a trial reads: three splits and the normaliser that was fitted on the first."""

    train: Split
    validation: Split
    test: Split
    normalizer: tuple[Affine, ...]


def prepared_key(spec: DataSpec, dataset: Dataset, seed: int) -> str:
    """Return the identity of prepared data: trials with equal keys share one copy of the arrays."""
    return digest(
        {
            "content": dataset.content_sha256,
            "spec": spec.model_dump(mode="json"),
            "split_seed": seed if is_seeded(spec.validation) else None,
            "code": code_digest(),
        }
    )


def prepare(spec: DataSpec, dataset: Dataset, seed: int, settings: Settings) -> PreparedRef:
    """Split and normalise a dataset, unless that was done before.

    Raises:
        DataError: The dataset cannot be had, or has fewer samples than the spec asks for.
    """
    key = prepared_key(spec, dataset, seed)
    directory = _directory(key, settings)
    if not directory.is_dir():
        arrays = take_subset(read_arrays(materialize(dataset, settings)), spec.subset)
        write_once(directory, lambda temporary: _fill(temporary, arrays, spec, seed))
    prepared = _read(directory)
    splits = {"train": prepared.train, "validation": prepared.validation, "test": prepared.test}
    return PreparedRef(
        dataset=dataset.name,
        spec=spec,
        split_seed=seed if is_seeded(spec.validation) else None,
        key=key,
        classes=dataset.classes,
        input_shape=dataset.input_shape,
        samples={name: len(split) for name, split in splits.items()},
    )


def load_prepared(ref: PreparedRef, settings: Settings) -> Prepared:
    """Map prepared arrays into memory.

    Raises:
        FileNotFoundError: They were not prepared on this machine.
    """
    return _read(_directory(ref.key, settings))


def _directory(key: str, settings: Settings) -> Path:
    return settings.cache_dir / "prepared" / key


def _fill(directory: Path, arrays: dict[str, Array], spec: DataSpec, seed: int) -> None:
    parts = _split(arrays, spec, seed)
    normalizer = fit(spec.normalize, parts["x_train"])
    normalized = {name: apply(normalizer, array) if name.startswith("x_") else array for name, array in parts.items()}
    write_arrays(directory, {name: _labels(array) if name[0] == "y" else array for name, array in normalized.items()})
    (directory / "normalizer.json").write_bytes(canonical_json([step.model_dump() for step in normalizer]))


def _split(arrays: dict[str, Array], spec: DataSpec, seed: int) -> dict[str, Array]:
    if not is_seeded(spec.validation):
        return arrays
    train, validation = split_validation(len(arrays["y_train"]), spec.validation, seed)
    x, y = arrays["x_train"], arrays["y_train"]
    return arrays | {
        "x_train": x[train],
        "y_train": y[train],
        "x_validation": x[validation],
        "y_validation": y[validation],
    }


def _labels(y: Array) -> Array:
    return y.astype(np.int32)


def _read(directory: Path) -> Prepared:
    normalizer = _NORMALIZER.validate_json((directory / "normalizer.json").read_bytes())
    arrays = read_arrays(directory)
    test = Split(arrays["x_test"], arrays["y_test"])
    is_separate = "y_validation" in arrays
    return Prepared(
        train=Split(arrays["x_train"], arrays["y_train"]),
        validation=Split(arrays["x_validation"], arrays["y_validation"]) if is_separate else test,
        test=test,
        normalizer=normalizer,
    )
