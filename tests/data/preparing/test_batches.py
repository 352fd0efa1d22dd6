from __future__ import annotations

import numpy as np
import pytest

from ablation.data import Array
from ablation.data.encoding import Encoding
from ablation.data.preparing.batches import BATCH_VALUES, Chosen, Encoded, batch_size
from ablation.data.samples import Ragged, Samples, offsets_of
from ablation.spec.encoders import Padded
from ablation.spec.normalizers import NormalizeStep, Resize

WORDS = Ragged(np.arange(6, dtype=np.int32), offsets_of(np.array([1, 2, 3])))
LABELS: Array = np.zeros(3)


def test_chosen_samples_come_in_order_in_batches() -> None:
    chosen = Chosen(np.arange(10) * 10, LABELS, np.array([1, 3, 4, 7, 9]))
    assert [np.asarray(batch).tolist() for batch in chosen.batches(2)] == [[10, 30], [40, 70], [90]]


def test_encoded_batches_can_be_read_again() -> None:
    encoding = Encoding(Padded(kind="padded", vocabulary_size=10, length=2))
    encoded = Encoded(Chosen(WORDS, LABELS, np.array([1, 2])), 1, encoding)
    for _ in range(2):
        assert [np.asarray(batch).tolist() for batch in encoded] == [[[1, 2]], [[4, 5]]]


@pytest.mark.parametrize(
    ("samples", "width", "steps", "values"),
    [
        (np.zeros((2, 4, 4), dtype=np.uint8), None, (), 16),
        (np.zeros((2, 4, 4), dtype=np.uint8), None, (Resize(kind="resize", height=8, width=8),), 192),
        (WORDS, 1000, (), 1000),
        (WORDS, None, (), 2),
        (np.zeros((2, BATCH_VALUES + 1), dtype=np.uint8), None, (), BATCH_VALUES),
    ],
)
def test_batch_has_no_more_values_than_fit_however_samples_grow(
    samples: Samples, width: int | None, steps: tuple[NormalizeStep, ...], values: int
) -> None:
    assert batch_size(samples, width, steps) == BATCH_VALUES // values
