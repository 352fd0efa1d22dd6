"""Integer sequences as what a network takes: a row of numbers, one a word, or integers of one length.

An integer is kept if skip_top <= integer < vocabulary_size, which is how `keras.datasets.imdb.load_data` reads its
arguments skip_top and num_words: the start token and the three integers before the first word count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ablation.data.arrays import Array
from ablation.data.errors import DataError
from ablation.data.samples import Ragged, offsets_of
from ablation.spec.encoders import Encoder, MultiHot, Padded


class SparseRows(NamedTuple):
    """Rows of numbers of which most are 0: where the others are, and what they are.

    Args:
        indices: Row and column of each, row by row, int64 of shape (k, 2).
        values: float32 of shape (k,).
        shape: Of the dense rows, int64 of shape (2,).
    """

    indices: Array
    values: Array
    shape: Array


@dataclass(frozen=True)
class Encoding:
    """An encoder and what was fitted for it.

    Args:
        encoder: As the spec states it.
        weights: Of each word by its rarity in the training split, float32 of shape (vocabulary_size,); tf_idf only.
    """

    encoder: Encoder
    weights: Array | None = None

    @property
    def width(self) -> int:
        """Numbers of an encoded sample."""
        return self.encoder.length if isinstance(self.encoder, Padded) else self.encoder.vocabulary_size


def fit_encoding(encoder: Encoder, batches: Iterable[Sequence[Array]]) -> Encoding:
    """Fit an encoder on the training split.

    Args:
        encoder: What to fit.
        batches: Integer sequences of the training split.

    Raises:
        DataError: The integer for unknown words is outside of the vocabulary.
    """
    if encoder.unknown is not None and encoder.unknown >= encoder.vocabulary_size:
        raise DataError(
            f"data.encode.unknown: {encoder.unknown} is outside of a vocabulary of {encoder.vocabulary_size} integers."
        )
    if isinstance(encoder, MultiHot) and encoder.mode == "tf_idf":
        return Encoding(encoder, _rarity(encoder, batches))
    return Encoding(encoder)


def encode(encoding: Encoding, sequences: Sequence[Array]) -> Array:
    """Encode integer sequences.

    Returns:
        Shape (n, vocabulary_size): uint8 for the mode binary, float32 for count and tf_idf. For padded: int32 of
        shape (n, length).
    """
    encoder = encoding.encoder
    if isinstance(encoder, Padded):
        return _padded(encoder, [_known(encoder, np.asarray(sequence)) for sequence in sequences])
    return rows_of(encoding, words_of(encoder, sequences))


def words_of(encoder: MultiHot, sequences: Sequence[Array]) -> Ragged:
    """Return the words that rows are made of, int32: each once and in order for the mode binary, otherwise all."""
    known = [_known(encoder, np.asarray(sequence)) for sequence in sequences]
    if encoder.mode == "binary":
        known = [np.unique(words) for words in known]
    values = np.concatenate([*known, np.empty(0, dtype=np.int32)]).astype(np.int32)
    return Ragged(values, offsets_of(np.array([len(words) for words in known], dtype=np.int64)))


def rows_of(encoding: Encoding, words: Ragged) -> Array:
    """Return the rows of what `words_of` gave, as `encode` returns them."""
    encoder = encoding.encoder
    if encoder.kind == "multi_hot" and encoder.mode == "binary":
        rows = np.zeros((len(words), encoding.width), dtype=np.uint8)
        rows.reshape(-1)[_places(words, encoding.width)] = 1
        return rows
    counts = _counts(words, encoding.width)
    return counts if encoding.weights is None else counts * encoding.weights


def sparse_rows_of(encoding: Encoding, words: Ragged) -> SparseRows:
    """Return the numbers of `rows_of` that are not 0."""
    shape = np.array([len(words), encoding.width])
    if encoding.encoder.kind == "multi_hot" and encoding.encoder.mode == "binary":
        rows = np.repeat(np.arange(len(words)), np.diff(words.offsets))
        return SparseRows(np.stack([rows, words.values], axis=1), np.ones(len(rows), dtype=np.float32), shape)
    places, counts = np.unique(_places(words, encoding.width), return_counts=True)
    indices = np.stack(np.divmod(places, encoding.width), axis=1)
    weights = 1 if encoding.weights is None else encoding.weights[indices[:, 1]]
    return SparseRows(indices, counts.astype(np.float32) * weights, shape)


def _rarity(encoder: MultiHot, batches: Iterable[Sequence[Array]]) -> Array:
    """Return log(1 + samples / (1 + samples with the word)), as Keras' TextVectorization weighs words."""
    samples, with_word = 0, np.zeros(encoder.vocabulary_size)
    for sequences in batches:
        with_word += (_counts(words_of(encoder, sequences), encoder.vocabulary_size) > 0).sum(axis=0)
        samples += len(sequences)
    return np.log1p(samples / (1 + with_word)).astype(np.float32)


def _known(encoder: Encoder, sequence: Array) -> Array:
    is_known = (sequence >= encoder.skip_top) & (sequence < encoder.vocabulary_size)
    return sequence[is_known] if encoder.unknown is None else np.where(is_known, sequence, encoder.unknown)


def _counts(words: Ragged, width: int) -> Array:
    rows = np.zeros((len(words), width), dtype=np.float32)
    np.add.at(rows.reshape(-1), _places(words, width), np.float32(1))
    return rows


def _places(words: Ragged, width: int) -> Array:
    """Return where each word is in rows that lie end to end."""
    return np.repeat(np.arange(len(words)) * width, np.diff(words.offsets)) + words.values


def _padded(encoder: Padded, sequences: Sequence[Array]) -> Array:
    rows = np.zeros((len(sequences), encoder.length), dtype=np.int32)
    for row, sequence in zip(rows, sequences, strict=True):
        kept = sequence[-encoder.length :] if encoder.truncating == "pre" else sequence[: encoder.length]
        if encoder.padding == "pre":
            row[encoder.length - len(kept) :] = kept
        else:
            row[: len(kept)] = kept
    return rows
