"""The stored samples of a dataset's parts, which all trials of a host share whatever their seeds.

They are the decoded samples themselves, unless these are encoded or go through a step for which nothing is fitted.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.code_digest import code_digest
from ablation.data.arrays import Rows, new_array, write_arrays, write_once
from ablation.data.encoding import Encoding, words_of
from ablation.data.errors import DataError
from ablation.data.normalizing import Normalized, fit
from ablation.data.preparing.batches import Chosen, Encoded, batch_size
from ablation.data.preparing.steps import Steps, divide
from ablation.data.samples import Ragged, named_arrays, offsets_of
from ablation.spec import DataSpec, digest
from ablation.spec.encoders import MultiHot

DATA_CODE = ("seeds.py", "data")


def parts_key(spec: DataSpec, dataset: Dataset) -> str:
    """Return the identity of the stored samples of a dataset under a data section."""
    facts = {"content": dataset.identity, "code": code_digest(DATA_CODE), "numpy": np.__version__}
    if not is_stored_as_decoded(spec):
        section = spec.model_copy(update={"normalize": divide(spec).whole})
        facts |= section.model_dump(mode="json", include={"subset", "encode", "normalize"})
    return digest(facts)


def is_stored_as_decoded(spec: DataSpec) -> bool:
    """Whether the decoded samples are what is stored."""
    return spec.encode is None and not divide(spec).whole


def write_parts(directory: Path, spec: DataSpec, parts: dict[str, Chosen]) -> None:
    """Encode the samples of both parts and apply the steps for which nothing is fitted, unless that was done before.

    Args:
        directory: Of the stored samples.
        spec: What is done.
        parts: The samples that are kept of each part, as they were decoded.

    Raises:
        DataError: A step does not fit the samples.
    """
    if not directory.is_dir():
        write_once(directory, lambda temporary: _fill(temporary, spec, parts))


def refuse_different_sizes(samples: object) -> None:
    """Refuse images of different sizes as samples for a model.

    Raises:
        DataError: They are such.
    """
    if isinstance(samples, Ragged) and samples.shapes is not None:
        raise DataError("data.normalize: the images are of different sizes. Make the first step a `resize`.")


def _fill(directory: Path, spec: DataSpec, parts: dict[str, Chosen]) -> None:
    for part, chosen in parts.items():
        if isinstance(spec.encode, MultiHot):
            _write_words(directory, part, spec.encode, chosen)
        else:
            encoding = None if spec.encode is None else Encoding(spec.encode)
            _write_dense(directory / f"x_{part}.npy", chosen, divide(spec).whole, encoding)


def _write_dense(path: Path, chosen: Chosen, steps: Steps, encoding: Encoding | None) -> None:
    size = batch_size(chosen.samples, None if encoding is None else encoding.width, steps)
    encoded = Encoded(chosen, size, encoding)
    write_batches(path, Normalized(encoded, fit(steps, encoded)), len(chosen.indices))


def write_batches(path: Path, batches: Normalized, count: int) -> None:
    """Write batches of samples, `count` in all, one after the other."""
    position = 0
    rows: Rows | None = None
    with ExitStack() as stack:
        for batch in batches:
            if rows is None:
                rows = stack.enter_context(new_array(path, (count, *batch.shape[1:]), batch.dtype))
            rows.put(position, batch)
            position += len(batch)


def _write_words(directory: Path, part: str, encoder: MultiHot, chosen: Chosen) -> None:
    size = batch_size(chosen.samples, encoder.vocabulary_size, ())
    batches = [words_of(encoder, list(batch)) for batch in chosen.batches(size)]
    sizes = np.concatenate([np.diff(batch.offsets) for batch in batches])
    words = Ragged(np.concatenate([batch.values for batch in batches]), offsets_of(sizes))
    write_arrays(directory, named_arrays(words, part))
