"""What trials read: encoded and normalised splits, written once per (dataset, data section, seed) and memory-mapped.

Element-wise steps at the end of `data.normalize` are only fitted here; they are applied as batches are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import numpy as np

from ablation.catalogue import Dataset
from ablation.code_digest import code_digest
from ablation.data.arrays import Array, Rows, new_array, read_arrays, write_arrays, write_once
from ablation.data.batches import Chosen, Encoded, batch_size
from ablation.data.decoding import materialize
from ablation.data.encoding import Encoding, fit_encoding, words_of
from ablation.data.errors import DataError
from ablation.data.fetching import Remote
from ablation.data.labels import as_labels, with_noise
from ablation.data.locating import locate
from ablation.data.normalizing import FittedStep, Normalized, fit, load_normalizer, save_normalizer
from ablation.data.samples import Ragged, named_arrays, offsets_of, samples_of
from ablation.data.splits import Prepared, Split
from ablation.data.splitting import is_seeded, kept_samples, split_validation
from ablation.data.trailing import divide, load_trailing, prepare_trailing
from ablation.records import Record
from ablation.settings import Settings
from ablation.spec import DataSpec, digest
from ablation.spec.encoders import MultiHot

# What cannot change the arrays: the name of the dataset (its content counts) and what happens to batches later.
LEFT_OUT_OF_KEY = {"dataset", "augment"}
DATA_CODE = ("seeds.py", "data")
RARITY = "word_weights"
SPLITS = ("train", "validation", "test")


class PreparedRef(Record):
    """A reference to prepared data; the arrays are found, or made again, from it on any machine.

    `input_shape` is that of one sample after all steps; `split_seed` is None where the arrays do not depend on a seed.
    """

    dataset: str
    spec: DataSpec
    split_seed: int | None
    key: str
    task: Literal["classification", "regression"]
    classes: int | None
    targets: int
    input_shape: tuple[int, ...]
    samples: dict[str, int]


def prepared_key(spec: DataSpec, dataset: Dataset, seed: int) -> str:
    """Return the identity of prepared arrays: trials with equal keys share one copy.

    Trailing element-wise steps leave the arrays as they are; what is fitted for them is kept beside the arrays.
    """
    stored, _ = divide(spec.normalize)
    spec = spec.model_copy(update={"normalize": stored})
    return digest(
        {
            "content": dataset.identity,
            "target": [dataset.task, dataset.classes, dataset.targets],
            "spec": spec.model_dump(mode="json", exclude=LEFT_OUT_OF_KEY),
            "split_seed": _split_seed(spec, seed),
            "code": code_digest(DATA_CODE),
            "numpy": np.__version__,
        }
    )


def prepare(
    spec: DataSpec, dataset: Dataset, seed: int, settings: Settings, *, remote: Remote | None = None
) -> PreparedRef:
    """Split, encode and normalise a dataset, unless that was done before.

    Args:
        spec: What is done.
        dataset: Of which.
        seed: Of the trials that share the split.
        settings: Where the cache and the mirror are.
        remote: Where the dataset's files are searched after the mirror.

    Raises:
        DataError: The dataset cannot be had, has fewer samples than the spec asks for, or a step does not fit it.
    """
    _refuse_what_does_not_fit(spec, dataset)
    edition = locate(dataset, settings)
    key = prepared_key(spec, edition, seed)
    directory = _directory(key, settings)
    if not directory.is_dir():
        chosen = _choose(spec, read_arrays(materialize(edition, settings, remote=remote)), seed)
        write_once(directory, lambda temporary: _fill(temporary, chosen, spec, edition, seed))
    prepare_trailing(directory, divide(spec.normalize)[1], _splits(directory, spec))
    prepared = _read(directory, spec)
    splits = {"train": prepared.train, "validation": prepared.validation, "test": prepared.test}
    return PreparedRef(
        dataset=dataset.name,
        spec=spec,
        split_seed=_split_seed(spec, seed),
        key=key,
        task=dataset.task,
        classes=dataset.classes,
        targets=dataset.targets,
        input_shape=prepared.train.input_shape,
        samples={name: len(split) for name, split in splits.items()},
    )


def load_prepared(ref: PreparedRef, settings: Settings) -> Prepared:
    """Map prepared arrays into memory.

    Raises:
        FileNotFoundError: They were not prepared on this machine.
    """
    return _read(_directory(ref.key, settings), ref.spec)


def _split_seed(spec: DataSpec, seed: int) -> int | None:
    return seed if is_seeded(spec.validation) or spec.labels.noise > 0 else None


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


def _choose(spec: DataSpec, arrays: dict[str, Array], seed: int) -> dict[str, Chosen]:
    counts = kept_samples({part: len(arrays[f"y_{part}"]) for part in ("train", "test")}, spec.subset)
    indices = {part: np.arange(count) for part, count in counts.items()}
    parts = {part: (samples_of(arrays, part), arrays[f"y_{part}"]) for part in counts}
    chosen = {part: Chosen(*parts[part], indices[part]) for part in counts}
    if is_seeded(spec.validation):
        train, validation = split_validation(counts["train"], spec.validation, seed)
        chosen |= {"train": Chosen(*parts["train"], train), "validation": Chosen(*parts["train"], validation)}
    return chosen


def _fill(directory: Path, chosen: dict[str, Chosen], spec: DataSpec, dataset: Dataset, seed: int) -> None:
    steps, _ = divide(spec.normalize)
    size = batch_size(chosen["train"].samples, _width(spec), steps)
    encoding = None
    if spec.encode is not None:
        encoding = fit_encoding(spec.encode, (list(batch) for batch in chosen["train"].batches(size)))
    fitted = fit(steps, Encoded(chosen["train"], size, encoding))
    for name, split in chosen.items():
        labels = as_labels(split.labels[split.indices], dataset)
        if name == "train" and dataset.classes is not None and spec.labels.noise > 0:
            labels = with_noise(labels, dataset.classes, spec.labels.noise, seed)
        write_arrays(directory, {f"y_{name}": labels})
        if isinstance(spec.encode, MultiHot) and not steps:
            _write_words(directory, name, [words_of(spec.encode, list(batch)) for batch in split.batches(size)])
        else:
            _write_samples(directory / f"x_{name}.npy", Normalized(Encoded(split, size, encoding), fitted), len(labels))
    save_normalizer(directory, fitted)
    if encoding is not None and encoding.weights is not None:
        write_arrays(directory, {RARITY: encoding.weights})


def _width(spec: DataSpec) -> int | None:
    return None if spec.encode is None else Encoding(spec.encode).width


def _write_samples(path: Path, batches: Normalized, count: int) -> None:
    position = 0
    rows: Rows | None = None
    with ExitStack() as stack:
        for batch in batches:
            if rows is None:
                rows = stack.enter_context(new_array(path, (count, *batch.shape[1:]), batch.dtype))
            rows.put(position, batch)
            position += len(batch)


def _write_words(directory: Path, name: str, batches: Sequence[Ragged]) -> None:
    sizes = np.concatenate([np.diff(batch.offsets) for batch in batches])
    words = Ragged(np.concatenate([batch.values for batch in batches]), offsets_of(sizes))
    write_arrays(directory, named_arrays(words, name))


def _read(directory: Path, spec: DataSpec) -> Prepared:
    normalizer = load_normalizer(directory)
    trailing = load_trailing(directory, divide(spec.normalize)[1])
    splits = _splits(directory, spec, trailing)
    return Prepared(
        train=splits["train"],
        validation=splits.get("validation", splits["test"]),
        test=splits["test"],
        normalizer=(*normalizer, *trailing),
        encoding=splits["train"].encoding,
    )


def _splits(directory: Path, spec: DataSpec, trailing: tuple[FittedStep, ...] = ()) -> dict[str, Split]:
    arrays = read_arrays(directory)
    encoding = None if spec.encode is None else Encoding(spec.encode, arrays.get(RARITY))
    names = [name for name in SPLITS if f"y_{name}" in arrays]
    return {name: Split(samples_of(arrays, name), arrays[f"y_{name}"], trailing, encoding) for name in names}
