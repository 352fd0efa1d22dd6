from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import DataError
from ablation.data.formats.pickles import load_pickle


class Command:
    """What a hostile file would ask for."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.target),)


def read(content: bytes) -> Any:
    return load_pickle(io.BytesIO(content), "batch")


@pytest.mark.parametrize("protocol", [3, 4])
def test_lists_in_an_array_of_objects_are_read(protocol: int) -> None:
    lists = np.empty(2, dtype=object)
    lists[:] = [[1, 2], [3, 4, 5]]
    assert [list(one) for one in read(pickle.dumps(lists, protocol=protocol))] == [[1, 2], [3, 4, 5]]


def test_array_of_numbers_is_read() -> None:
    assert read(pickle.dumps(np.arange(3, dtype=np.int16), protocol=4)).tolist() == [0, 1, 2]


# numpy.core.multiarray._reconstruct of an int32 array [1, 2], as Python 2 and NumPy 1 wrote it.
PYTHON_2 = (
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03(K\x01K\x02\x85"
    b"cnumpy\ndtype\nq\x04U\x02i4K\x00K\x01\x87Rq\x05(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
    b"U\x08\x01\x00\x00\x00\x02\x00\x00\x00tb."
)


def test_array_that_python_2_wrote_is_read() -> None:
    assert read(PYTHON_2).tolist() == [1, 2]


def test_pickle_that_asks_for_a_command_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    target = tmp_path / "made"
    with pytest.raises(DataError, match=r"batch: the file asks for posix\.mkdir, which is no part of an array"):
        read(pickle.dumps([Command(target)]))
    assert not target.exists()


@pytest.mark.parametrize("name", ["load", "fromfile", "memmap", "f2py"])
def test_other_names_of_numpy_are_refused(name: str) -> None:
    with pytest.raises(DataError, match=rf"numpy\.{name}"):
        read(b"\x80\x02cnumpy\n" + name.encode() + b"\n.")


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps([1, 2, 3])[:-3]])
def test_damaged_pickle_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="batch: cannot be read as pickled arrays"):
        read(content)
