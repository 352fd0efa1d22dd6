"""Integer sequences: how long they are, and what an encoder leaves of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from ablation.data.arrays import Array
from ablation.data.describing.decoded import DecodedSplit
from ablation.data.describing.labels import Quantiles, quantiles
from ablation.records import Record
from ablation.spec.encoders import Encoder, Padded


class SequenceFacts(Record):
    """What is known of the sequences of a study, each by split."""

    lengths: dict[str, Quantiles]
    kept_tokens: dict[str, float] = Field(description="Share of the integers that are inside of the vocabulary.")
    cut_samples: dict[str, float] | None = Field(
        description="Share of the samples that lose integers to the length of `padded`; None for another encoder."
    )


def describe_sequences(splits: Mapping[str, DecodedSplit], encoder: Encoder) -> SequenceFacts:
    """Say how long sequences are, how much of them the vocabulary covers, and how many are cut.

    Args:
        splits: The decoded samples by split.
        encoder: As the spec states it.
    """
    lengths = {name: lengths_of(split) for name, split in splits.items()}
    known = {name: _known_lengths(split, encoder) for name, split in splits.items()}
    cut = None
    if isinstance(encoder, Padded):
        read = known if encoder.unknown is None else lengths
        cut = {name: float(np.mean(of > encoder.length)) for name, of in read.items()}
    return SequenceFacts(
        lengths={name: quantiles(of) for name, of in lengths.items()},
        kept_tokens={name: float(of.sum() / max(1, lengths[name].sum())) for name, of in known.items()},
        cut_samples=cut,
    )


def lengths_of(split: DecodedSplit) -> Array:
    """Return how many integers each sample has, shape (n,)."""
    return np.array([len(sequence) for batch in split.batches() for sequence in batch], dtype=np.int64)


def _known_lengths(split: DecodedSplit, encoder: Encoder) -> Array:
    """Return how many integers of each sample are inside of the vocabulary, shape (n,)."""
    low, high = encoder.skip_top, encoder.vocabulary_size
    counts = [
        int(np.count_nonzero((sequence >= low) & (sequence < high))) for batch in split.batches() for sequence in batch
    ]
    return np.array(counts, dtype=np.int64)
