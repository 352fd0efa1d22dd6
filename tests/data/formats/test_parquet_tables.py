from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from ablation.data import Array, DataError
from ablation.data.formats import parquet_tables, tables
from ablation.data.samples import samples_of

from .small import dataset, decoded

TOLD: dict[str, Any] = {"targets": ["quality"]}
SEQUENCES = TOLD | {"sequences": True}
NUMBERS: dict[str, Any] = {"task": "regression", "classes": None}


def written(path: Path, columns: dict[str, Any]) -> Path:
    pa.parquet.write_table(pa.table(columns), path)
    return path


def in_parts(
    folder: Path, train: dict[str, Any], test: dict[str, Any], told: dict[str, Any] = TOLD, **changes: Any
) -> dict[str, Array]:
    paths = [written(folder / "train.parquet", train), written(folder / "test.parquet", test)]
    return decoded(folder, dataset("parquet", *paths, parts=["train", "test"], told=told, **changes), *paths)


def test_columns_become_features_and_classes(tmp_path: Path) -> None:
    train = {"fixed.acidity": pa.array([1, 2], pa.uint8()), "ph": [0.5, 1.5], "quality": [1, 0]}
    arrays = in_parts(tmp_path, train, {"ph": [2.5], "quality": [1], "fixed.acidity": [True]})
    assert arrays["x_train"].tolist() == [[1, 0.5], [2, 1.5]]
    assert (arrays["x_test"].tolist(), arrays["x_test"].dtype.name) == ([[1, 2.5]], "float32")
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([1, 0], [1])


@pytest.mark.parametrize(
    ("train", "test", "labels", "classes"),
    [
        (["b", "a"], ["b"], ([1, 0], [1]), ["a", "b"]),
        (pa.array(["b", "a"]).dictionary_encode(), ["b"], ([1, 0], [1]), ["a", "b"]),
        ([10, 9], [9], ([1, 0], [0]), ["9", "10"]),
        (pa.array(["b", "a"], pa.large_string()), ["b"], ([1, 0], [1]), ["a", "b"]),
        ([True, False], [True], ([1, 0], [1]), None),
    ],
)
def test_classes_may_be_names_integers_or_yes_and_no(
    tmp_path: Path, train: Any, test: Any, labels: Any, classes: list[str] | None
) -> None:
    arrays = in_parts(tmp_path, {"a": [1, 2], "quality": train}, {"a": [3], "quality": test})
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == labels
    stated = tmp_path / "decoded" / "classes.json"
    assert (json.loads(stated.read_text()) if stated.exists() else None) == classes


def test_targets_of_a_regression_are_numbers(tmp_path: Path) -> None:
    column = {"a": [1, 2], "quality": [0.5, 3]}
    arrays = in_parts(tmp_path, column, column, **NUMBERS)
    assert (arrays["y_train"].tolist(), arrays["y_train"].dtype.name) == ([[0.5], [3]], "float32")


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.large_list(pa.uint16()), pa.list_(pa.int32())])
def test_lists_of_integers_become_sequences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
    monkeypatch.setattr(parquet_tables, "BATCH_ROWS", 2)
    words = [[1, 2], [], [3], [4, 5, 6], [7]]
    train = {"quality": [0, 1, 0, 1, 0], "words": pa.array(words, kind)}
    arrays = in_parts(tmp_path, train, {"quality": [1], "words": pa.array([[65535]], kind)}, SEQUENCES)
    samples = samples_of(arrays, "train")
    assert [samples[position].tolist() for position in range(5)] == words
    assert samples_of(arrays, "test")[0].tolist() == [65535]
    assert (arrays["x_train"].dtype.name, arrays["x_train_offsets"].tolist()) == ("int32", [0, 2, 2, 3, 6, 7])
    assert arrays["y_train"].tolist() == [0, 1, 0, 1, 0]


def test_sequences_without_parts_are_divided_as_the_dataset_says(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"words": [[n] * (n + 1) for n in range(6)], "quality": [0, 1] * 3})
    arrays = decoded(tmp_path, dataset("parquet", path, told=SEQUENCES), path)
    read = [
        (samples_of(arrays, part)[position].tolist(), int(label))
        for part in ("train", "test")
        for position, label in enumerate(arrays[f"y_{part}"])
    ]
    assert sorted(read) == [([n] * (n + 1), n % 2) for n in range(6)]


def table(values: Any, kind: Any = None) -> dict[str, Any]:
    return {"a": pa.array(values, kind), "quality": [0, 1, 0]}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (table([1, 2, None]), "row 3, column 'a': has no value"),
        (table([1.0, float("nan"), 2.0]), "row 2, column 'a': nan is no finite number"),
        (table([1.0, 1e39, 2.0]), r"row 2, column 'a': 1e\+39 is no finite number of 32 bits"),
        (table(["1", "2", "red"]), "row 3, column 'a': 'red' is no number"),
        (table([datetime.date(2024, 1, 1)] * 3), r"column 'a': holds values of the type date32\[day\]"),
        (table([[1], [2], [3]]), r"column 'a': holds values of the type list<element: int64>"),
        ({"a": [1, 2, 3], "quality": [0, None, 1]}, "row 2, column 'quality': has no value"),
        ({"a": [1, 2, 3], "quality": ["a", "", "b"]}, "row 2, column 'quality': has no value"),
        (
            {"a": [1, 2, 3], "quality": [0.0, 1.0, 1.0]},
            "of the type double; classes are integers or names",
        ),
        ({"a": [1, 2, 3], "qualty": [0, 1, 1]}, "has no column 'quality'; did you mean 'qualty'"),
        ({"a": pa.array([], pa.int64()), "quality": pa.array([], pa.int64())}, "has no rows"),
        ({"a": [1, 2, 3], "quality": [0, 1, 2]}, r"has 3 classes \(0, 1, 2\)"),
    ],
)
def test_table_that_is_not_right_is_refused_by_file_row_and_column(
    tmp_path: Path, columns: dict[str, Any], message: str
) -> None:
    path = written(tmp_path / "wine.parquet", columns)
    with pytest.raises(DataError, match=rf"wine\.parquet.*{message}"):
        decoded(tmp_path, dataset("parquet", path, told=TOLD), path)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (table([[1], [2, -3], [4]]), "row 2, column 'a': holds -3; sequences hold integers from 0"),
        (table([[1], [], [2, 2**31]]), "row 3, column 'a': holds 2147483648; sequences"),
        (table([[1], [], [2, None]]), "row 3, column 'a': holds None; sequences"),
        (table([[1], None, [2]]), "row 2, column 'a': has no value"),
        (table([[1.5], [2.0], [3.0]]), "of the type list<element: double>; sequences are lists of integers"),
        (table([1, 2, 3]), "of the type int64; sequences are lists of integers"),
        (table([[1], [2], [3]]) | {"b": [1, 2, 3]}, "`features` must be one column of integer lists, got 2: a, b"),
    ],
)
def test_column_that_holds_no_sequences_is_refused(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    path = written(tmp_path / "wine.parquet", columns)
    with pytest.raises(DataError, match=rf"wine\.parquet.*{message}"):
        decoded(tmp_path, dataset("parquet", path, told=SEQUENCES), path)


def test_row_in_a_later_batch_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_tables, "BATCH_ROWS", 7)
    path = written(tmp_path / "a.parquet", {"a": [[1]] * 50 + [[1], [-1]], "quality": [0, 1] * 26})
    with pytest.raises(DataError, match=r"row 52, column 'a': holds -1"):
        decoded(tmp_path, dataset("parquet", path, told=SEQUENCES), path)


def test_duplicate_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pa.parquet.write_table(pa.Table.from_arrays([pa.array([1])] * 3, names=["a", "a", "quality"]), path)
    with pytest.raises(DataError, match=r"a\.parquet: has 2 columns named 'a'"):
        decoded(tmp_path, dataset("parquet", path, told=TOLD), path)


def test_bomb_of_more_bytes_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 100_000)
    path = written(tmp_path / "a.parquet", {"a": np.zeros(100_000), "quality": np.zeros(100_000, np.int8)})
    assert path.stat().st_size < 10_000
    with pytest.raises(DataError, match=r"a\.parquet: has more than 100,000 bytes of values"):
        decoded(tmp_path, dataset("parquet", path, told=TOLD), path)


@pytest.mark.parametrize("keep", [0, 10, -1, -40])
def test_file_that_is_cut_off_is_refused(tmp_path: Path, keep: int) -> None:
    path = written(tmp_path / "a.parquet", {"a": [1, 2], "quality": [0, 1]})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"a\.parquet: cannot be read as Parquet"):
        decoded(tmp_path, dataset("parquet", path, told=TOLD), path)


def test_file_whose_pages_are_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {"a": np.arange(5000), "quality": np.arange(5000) % 2}
    pa.parquet.write_table(pa.table(columns), path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[60:4000] = b"\xff" * 3940
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.parquet: cannot be read as Parquet"):
        decoded(tmp_path, dataset("parquet", path, told=TOLD), path)
