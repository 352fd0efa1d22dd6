from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from ablation.data import Array
from ablation.data.arrays import content_digest, read_arrays, write_arrays, write_once

ARRAYS: dict[str, Array] = {
    "x": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "y": np.array([1.5, -2.0], dtype=np.float32),
}


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_arrays_survive_the_disk_and_are_read_only_maps(tmp_path: Path) -> None:
    write_arrays(tmp_path, ARRAYS)
    read = read_arrays(tmp_path)
    assert list(read) == ["x", "y"]
    for name, array in ARRAYS.items():
        assert isinstance(read[name], np.memmap)
        assert read[name].dtype == array.dtype
        assert np.array_equal(read[name], array)
        with pytest.raises(ValueError, match="read-only"):
            read[name][0] = 0


def test_array_that_is_not_contiguous_is_written_row_by_row(tmp_path: Path) -> None:
    write_arrays(tmp_path, {"t": ARRAYS["x"].T})
    assert read_arrays(tmp_path)["t"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_content_digest_is_that_of_names_types_shapes_and_values() -> None:
    same = {"y": ARRAYS["y"].copy(), "x": np.asfortranarray(ARRAYS["x"])}
    assert content_digest(same) == content_digest(ARRAYS)
    others = [
        {"x": ARRAYS["x"], "z": ARRAYS["y"]},
        {"x": ARRAYS["x"].astype(np.int8), "y": ARRAYS["y"]},
        {"x": ARRAYS["x"].reshape(3, 2), "y": ARRAYS["y"]},
        {"x": ARRAYS["x"] + np.uint8(1), "y": ARRAYS["y"]},
    ]
    assert len({content_digest(arrays) for arrays in [ARRAYS, *others]}) == 5


def test_folder_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "parent" / "folder"

    def fill(temporary: Path) -> None:
        (temporary / "a").write_text("1")
        assert not target.exists()
        (temporary / "b").write_text("2")

    write_once(target, fill)
    assert names(tmp_path) == ["parent", "parent/folder", "parent/folder/a", "parent/folder/b"]


@pytest.mark.parametrize("error", [OSError("disk full"), ValueError("bad"), KeyboardInterrupt()])
def test_folder_whose_filling_fails_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    def fill(temporary: Path) -> None:
        (temporary / "a").write_text("half")
        raise error

    with pytest.raises(type(error)):
        write_once(tmp_path / "folder", fill)
    assert names(tmp_path) == []


def test_of_two_writers_the_first_wins(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    is_filled, may_end = threading.Event(), threading.Event()

    def fill_slowly(temporary: Path) -> None:
        (temporary / "a").write_text("second")
        is_filled.set()
        assert may_end.wait(10)

    def fill_at_once(temporary: Path) -> None:
        (temporary / "a").write_text("first")

    second = threading.Thread(target=write_once, args=(target, fill_slowly))
    second.start()
    assert is_filled.wait(10)
    write_once(target, fill_at_once)
    may_end.set()
    second.join()
    assert names(tmp_path) == ["folder", "folder/a"]
    assert (target / "a").read_text() == "first"
