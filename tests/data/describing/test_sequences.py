"""What an encoder leaves of sequences, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ablation.data.describing import DecodedSplit, describe_sequences
from ablation.data.samples import Ragged
from ablation.spec.encoders import MultiHot, Padded

# Three and four integers; of the others none is of the split.
SAMPLES = Ragged(np.array([7, 7, 1, 5, 9, 1, 2, 3, 4]), np.array([0, 2, 5, 9]))
SPLIT = DecodedSplit(SAMPLES, np.array([0, 1], dtype=np.int32), np.array([1, 2]))


def padded(length: int, unknown: int | None = 2, skip_top: int = 0) -> Padded:
    return Padded(kind="padded", vocabulary_size=5, length=length, unknown=unknown, skip_top=skip_top)


def test_lengths_have_quantiles() -> None:
    lengths = describe_sequences({"train": SPLIT}, padded(4)).lengths["train"]
    assert (lengths.minimum, lengths.median, lengths.maximum) == (3.0, 3.5, 4.0)


@pytest.mark.parametrize(("skip_top", "share"), [(0, 5 / 7), (2, 3 / 7), (4, 1 / 7)])
def test_kept_tokens_are_those_inside_the_vocabulary(skip_top: int, share: float) -> None:
    facts = describe_sequences({"train": SPLIT}, padded(4, skip_top=skip_top))
    assert facts.kept_tokens == {"train": pytest.approx(share)}


@pytest.mark.parametrize(
    ("length", "unknown", "share"),
    [(4, 2, 0.0), (3, 2, 0.5), (2, 2, 1.0), (2, None, 0.5), (1, None, 0.5), (4, None, 0.0)],
)
def test_cut_samples_are_those_longer_than_the_encoder_reads(length: int, unknown: int | None, share: float) -> None:
    assert describe_sequences({"train": SPLIT}, padded(length, unknown)).cut_samples == {"train": share}


def test_multi_hot_cuts_nothing() -> None:
    facts = describe_sequences({"train": SPLIT}, MultiHot(kind="multi_hot", vocabulary_size=5))
    assert facts.cut_samples is None
