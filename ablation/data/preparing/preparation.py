"""What trials read: stored samples, the splits of a seed, and the steps that batches go through."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, read_arrays, write_once
from ablation.data.decoding import materialize
from ablation.data.errors import DataError
from ablation.data.fetching import Remote
from ablation.data.normalizing import FittedStep, load_normalizer
from ablation.data.preparing.batches import Chosen
from ablation.data.preparing.folds import choose, fold_key, read_fold, split_seed, write_fold
from ablation.data.preparing.parts import is_stored_as_decoded, parts_key, refuse_different_sizes, write_parts
from ablation.data.preparing.steps import divide, is_fitted
from ablation.data.preparing.trailing import load_trailing, prepare_trailing
from ablation.data.samples import samples_of
from ablation.data.splits import Prepared, Split
from ablation.data.splitting import kept_samples
from ablation.records import Record
from ablation.settings import Settings
from ablation.spec import DataSpec, digest
from ablation.spec.encoders import MultiHot


class PreparedRef(Record):
    """A reference to prepared data; the arrays are found, or made again, from it on any machine."""

    dataset: str
    spec: DataSpec
    split_seed: int | None = Field(description="None where the split does not depend on a seed.")
    stored: str = Field(description="Folder of the stored samples, below the cache.")
    key: str = Field(description="Of the split: trials with equal keys share it.")
    content: str = Field(description="Identity of what is read of the stored samples, whichever split they are in.")
    task: Literal["classification", "regression"]
    classes: int | None
    targets: int
    input_shape: tuple[int, ...] = Field(description="Of one sample after all steps.")
    samples: dict[str, int] = Field(description="By split.")


def prepare(
    spec: DataSpec, dataset: Dataset, seed: int, settings: Settings, *, remote: Remote | None = None
) -> PreparedRef:
    """Split, encode and normalise a dataset, unless that was done before.

    Args:
        spec: What is done.
        dataset: Of which, in the form that is wanted.
        seed: Of the trials that share the split.
        settings: Where the cache and the mirror are.
        remote: Where the dataset's files are searched after the mirror.

    Raises:
        DataError: The dataset cannot be had, has fewer samples than the spec asks for, or a step does not fit it.
    """
    _refuse_what_does_not_fit(spec, dataset)
    key = fold_key(spec, dataset, seed)
    decoded = materialize(dataset, settings, remote=remote)
    parts = _parts(spec, read_arrays(decoded))
    stored = decoded
    if not is_stored_as_decoded(spec):
        stored = settings.cache_dir / "stored" / parts_key(spec, dataset)
        write_parts(stored, spec, parts)
    directory = _directory(key, settings)
    if not directory.is_dir():
        chosen = choose(spec, parts, seed)
        write_once(directory, lambda temporary: write_fold(temporary, spec, dataset, seed, chosen, stored))
    prepare_trailing(directory, divide(spec).trailing, read_fold(directory, spec, stored))
    splits = _by_name(_read(directory, spec, stored))
    return PreparedRef(
        dataset=dataset.name,
        spec=spec,
        split_seed=split_seed(spec, seed),
        stored=stored.relative_to(settings.cache_dir).as_posix(),
        key=key,
        content=_content(spec, parts_key(spec, dataset), key),
        task=dataset.task,
        classes=dataset.classes,
        targets=dataset.targets,
        input_shape=splits["train"].input_shape,
        samples={name: len(split) for name, split in splits.items()},
    )


def load_prepared(ref: PreparedRef, settings: Settings) -> Prepared:
    """Map prepared arrays into memory.

    Raises:
        FileNotFoundError: They were not prepared on this machine.
    """
    return _read(_directory(ref.key, settings), ref.spec, settings.cache_dir / ref.stored)


def _directory(key: str, settings: Settings) -> Path:
    return settings.cache_dir / "prepared" / key


def _refuse_what_does_not_fit(spec: DataSpec, dataset: Dataset) -> None:
    if dataset.is_sequence and spec.encode is None:
        raise DataError(
            f"data.encode: {dataset.name} has sequences of different lengths. Give `multi_hot` or `padded`."
        )
    if not dataset.is_sequence and spec.encode is not None:
        raise DataError(f"data.encode: {dataset.name} has no integer sequences to encode. Leave it out.")
    if spec.labels.noise > 0 and dataset.classes is None:
        raise DataError(f"data.labels.noise: {dataset.name} is a regression, it has no classes. Set it to 0.")


def _parts(spec: DataSpec, arrays: dict[str, Array]) -> dict[str, Chosen]:
    """Return the decoded samples that are kept of each part."""
    counts = kept_samples({part: len(arrays[f"y_{part}"]) for part in ("train", "test")}, spec.subset)
    parts = {
        part: Chosen(samples_of(arrays, part), arrays[f"y_{part}"], np.arange(count)) for part, count in counts.items()
    }
    if not divide(spec).whole:
        refuse_different_sizes(parts["train"].samples)
    return parts


def _content(spec: DataSpec, parts: str, fold: str) -> str:
    division = divide(spec)
    is_of_split = (
        bool(division.split)
        or any(is_fitted(step) for step in division.trailing)
        or (isinstance(spec.encode, MultiHot) and spec.encode.mode == "tf_idf")
    )
    section = spec.model_dump(mode="json", include={"normalize", "subset"})
    return digest({"parts": parts, "fold": fold if is_of_split else None, "spec": section})


def _read(directory: Path, spec: DataSpec, stored: Path) -> Prepared:
    trailing: tuple[FittedStep, ...] = load_trailing(directory, divide(spec).trailing)
    splits = {name: split.followed_by(trailing) for name, split in read_fold(directory, spec, stored).items()}
    return Prepared(
        train=splits["train"],
        validation=splits.get("validation", splits["test"]),
        test=splits["test"],
        normalizer=(*map(FittedStep, divide(spec).whole), *load_normalizer(directory), *trailing),
        encoding=splits["train"].encoding,
    )


def _by_name(prepared: Prepared) -> dict[str, Split]:
    return {"train": prepared.train, "validation": prepared.validation, "test": prepared.test}
