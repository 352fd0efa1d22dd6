from __future__ import annotations

from pathlib import Path

import numpy as np

from ablation.data.arrays import new_array, read_arrays, write_arrays
from ablation.data.samples import Ragged, named_arrays, offsets_of, samples_of, take

WORDS = Ragged(np.array([5, 6, 7, 8], dtype=np.int32), offsets_of(np.array([1, 0, 3])))
IMAGES = Ragged(np.arange(9, dtype=np.uint8), offsets_of(np.array([6, 3])), np.array([[1, 2, 3], [1, 1, 3]]))


def test_offsets_are_where_samples_begin_and_the_last_ends() -> None:
    assert offsets_of(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]
    assert offsets_of(np.array([], dtype=np.int64)).tolist() == [0]


def test_sequences_are_found_end_to_end() -> None:
    assert [WORDS[position].tolist() for position in range(len(WORDS))] == [[5], [], [6, 7, 8]]
    assert WORDS.mean_size == 1


def test_images_have_their_own_shapes() -> None:
    assert [IMAGES[position].tolist() for position in range(2)] == [[[[0, 1, 2], [3, 4, 5]]], [[[6, 7, 8]]]]


def test_samples_survive_the_disk(tmp_path: Path) -> None:
    write_arrays(tmp_path, named_arrays(WORDS, "train") | named_arrays(IMAGES, "test"))
    arrays = read_arrays(tmp_path)
    words, images = samples_of(arrays, "train"), samples_of(arrays, "test")
    assert isinstance(words, Ragged)
    assert isinstance(images, Ragged)
    assert words.shapes is None
    assert [words[position].tolist() for position in (2, 0)] == [[6, 7, 8], [5]]
    assert images[1].shape == (1, 1, 3)


def test_samples_of_one_shape_are_one_array() -> None:
    arrays = {"x_train": np.arange(6).reshape(3, 2)}
    samples = samples_of(arrays, "train")
    assert named_arrays(samples, "train").keys() == {"x_train"}
    chosen = take(samples, np.array([2, 0]))
    assert isinstance(chosen, np.ndarray)
    assert chosen.tolist() == [[4, 5], [0, 1]]


def test_samples_of_different_lengths_are_taken_as_a_list() -> None:
    assert [sample.tolist() for sample in take(WORDS, np.array([2, 0]))] == [[6, 7, 8], [5]]


def test_array_is_filled_in_any_order_and_zero_elsewhere(tmp_path: Path) -> None:
    with new_array(tmp_path / "a.npy", (4, 2), np.float32) as rows:
        rows.put(2, np.array([[5, 6], [7, 8]]))
        rows.put(0, np.array([1, 2]))
    read = np.load(tmp_path / "a.npy")
    assert (read.dtype.name, read.tolist()) == ("float32", [[1, 2], [0, 0], [5, 6], [7, 8]])
