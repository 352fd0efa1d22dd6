"""Samples of a part: one array where all are of one shape, otherwise end to end with the place of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ablation.data.arrays import Array, Arrays


@dataclass(frozen=True)
class Ragged:
    """Integer sequences of different lengths, or images of different sizes, end to end in one array.

    Args:
        values: Shape (values of all samples,).
        offsets: int64, shape (n + 1,): sample i is `values[offsets[i]:offsets[i + 1]]`.
        shapes: Of each image, shape (n, 3); None for sequences.
    """

    values: Array
    offsets: Array
    shapes: Array | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> Array:
        """Return sample `index` in its own shape."""
        sample: Array = self.values[self.offsets[index] : self.offsets[index + 1]]
        return sample if self.shapes is None else sample.reshape(self.shapes[index])

    @property
    def mean_size(self) -> int:
        """Values of a sample on average, at least 1."""
        return max(1, len(self.values) // max(1, len(self)))

    def take(self, indices: Array) -> Ragged:
        """Return chosen sequences, end to end in memory."""
        sizes = self.offsets[indices + 1] - self.offsets[indices]
        offsets = offsets_of(sizes)
        places = np.repeat(self.offsets[indices] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return Ragged(self.values[places], offsets)


Samples = Array | Ragged
Batch = Array | list[Array]


def samples_of(arrays: Arrays, part: str) -> Samples:
    """Return the samples of a part from its named arrays: x_<part>, and offsets and shapes where they differ."""
    values = arrays[f"x_{part}"]
    if (offsets := arrays.get(f"x_{part}_offsets")) is None:
        return values
    return Ragged(values, offsets, arrays.get(f"x_{part}_shapes"))


def named_arrays(samples: Samples, part: str) -> dict[str, Array]:
    """Return the arrays of a part's samples by name, as `samples_of` reads them."""
    if not isinstance(samples, Ragged):
        return {f"x_{part}": samples}
    named = {f"x_{part}": samples.values, f"x_{part}_offsets": samples.offsets}
    return named if samples.shapes is None else named | {f"x_{part}_shapes": samples.shapes}


def take(samples: Samples, indices: Array) -> Batch:
    """Return chosen samples: one array of shape (k, ...), or a list where they differ."""
    if isinstance(samples, Ragged):
        return [samples[int(index)] for index in indices]
    return samples[indices]


def offsets_of(sizes: Array) -> Array:
    """Return where samples of these sizes begin, and where the last ends: int64, shape (n + 1,)."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)
