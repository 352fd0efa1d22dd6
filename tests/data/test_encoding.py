from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array, DataError
from ablation.data.encoding import Encoding, encode, fit_encoding
from ablation.spec.encoders import Encoder, MultiHot

TEXTS = [np.array([1, 4, 4, 9]), np.array([1, 5]), np.array([], dtype=np.int32)]
READ: TypeAdapter[Encoder] = TypeAdapter(Encoder)


def encoded(sequences: list[Array] = TEXTS, **settings: Any) -> Array:
    return encode(fit_encoding(READ.validate_python(settings), [TEXTS]), sequences)


def test_binary_is_whether_a_word_occurs() -> None:
    rows = encoded(kind="multi_hot", vocabulary_size=6)
    assert (rows.dtype.name, rows.tolist()) == ("uint8", [[0, 1, 1, 0, 1, 0], [0, 1, 0, 0, 0, 1], [0] * 6])


def test_count_is_how_often_a_word_occurs() -> None:
    rows = encoded(kind="multi_hot", vocabulary_size=6, mode="count")
    assert (rows.dtype.name, rows.tolist()) == ("float32", [[0, 1, 1, 0, 2, 0], [0, 1, 0, 0, 0, 1], [0] * 6])


def test_tf_idf_is_the_count_weighted_by_rarity_in_training() -> None:
    rows = encoded(kind="multi_hot", vocabulary_size=6, mode="tf_idf")
    in_two, in_one = np.log(1 + 3 / 3), np.log(1 + 3 / 2)
    assert rows.dtype.name == "float32"
    assert np.allclose(rows, [[0, in_two, in_one, 0, 2 * in_one, 0], [0, in_two, 0, 0, 0, in_one], [0] * 6])


def test_rarity_does_not_depend_on_what_is_encoded() -> None:
    rows = encoded([np.array([3, 3])], kind="multi_hot", vocabulary_size=6, mode="tf_idf")
    assert np.allclose(rows, [[0, 0, 0, 2 * np.log(1 + 3 / 1), 0, 0]])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"vocabulary_size": 6}, [1, 4, 4, 2]),
        ({"vocabulary_size": 10}, [1, 4, 4, 9]),
        ({"vocabulary_size": 9, "skip_top": 4}, [2, 4, 4, 2]),
        ({"vocabulary_size": 9, "skip_top": 4, "unknown": None}, [0, 0, 4, 4]),
        ({"vocabulary_size": 6, "unknown": 0}, [1, 4, 4, 0]),
    ],
)
def test_words_outside_of_the_vocabulary_are_replaced_or_removed(settings: dict[str, Any], expected: list[int]) -> None:
    rows = encoded(TEXTS[:1], kind="padded", length=4, **settings)
    assert (rows.dtype.name, rows.tolist()) == ("int32", [expected])


@pytest.mark.parametrize(
    ("padding", "truncating", "expected"),
    [
        ("pre", "pre", [[4, 4, 9], [0, 1, 5], [0, 0, 0]]),
        ("post", "post", [[1, 4, 4], [1, 5, 0], [0, 0, 0]]),
        ("pre", "post", [[1, 4, 4], [0, 1, 5], [0, 0, 0]]),
    ],
)
def test_padding_and_truncating_are_where_they_are_asked_for(
    padding: str, truncating: str, expected: list[list[int]]
) -> None:
    rows = encoded(kind="padded", vocabulary_size=10, length=3, padding=padding, truncating=truncating)
    assert rows.tolist() == expected


def test_padded_sequences_are_those_of_keras() -> None:
    from keras.utils import pad_sequences

    expected = pad_sequences(TEXTS, maxlen=3)
    assert encoded(kind="padded", vocabulary_size=10, length=3).tolist() == expected.tolist()


@pytest.mark.parametrize(("settings", "width"), [({"kind": "multi_hot"}, 50), ({"kind": "padded", "length": 7}, 7)])
def test_width_is_the_numbers_of_an_encoded_sample(settings: dict[str, Any], width: int) -> None:
    assert Encoding(READ.validate_python(settings | {"vocabulary_size": 50})).width == width


def test_integer_for_unknown_words_outside_of_the_vocabulary_is_refused() -> None:
    with pytest.raises(DataError, match=r"data\.encode\.unknown: 6 is outside of a vocabulary of 6 integers"):
        fit_encoding(MultiHot(kind="multi_hot", vocabulary_size=6, unknown=6), [TEXTS])
