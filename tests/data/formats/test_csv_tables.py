from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ablation.data import Array, DataError
from ablation.data.formats import csv_tables, tables

from .small import dataset, decoded

WINE = "alcohol,ph,quality\n9.5,3.25,0\n10,3,1\n11,2.5,0\n12,3.5,1\n"
TOLD: dict[str, Any] = {"targets": ["quality"]}


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(folder: Path, text: str | bytes, *, told: dict[str, Any] | None = None, **changes: Any) -> dict[str, Array]:
    path = written(folder / "wine.csv", text)
    return decoded(folder, dataset("csv", path, told=TOLD | (told or {}), **changes), path)


def in_parts(folder: Path, train: str, test: str, **changes: Any) -> dict[str, Array]:
    paths = [written(folder / "train.csv", train), written(folder / "test.csv", test)]
    return decoded(folder, dataset("csv", *paths, parts=["train", "test"], told=TOLD, **changes), *paths)


def names(folder: Path) -> Any:
    return json.loads((folder / "decoded" / "classes.json").read_text(encoding="utf-8"))


def test_rows_become_features_and_classes_divided_as_the_dataset_says(tmp_path: Path) -> None:
    arrays = read(tmp_path, WINE)
    assert (arrays["x_train"].dtype.name, arrays["y_train"].dtype.name) == ("float32", "int32")
    x = [*arrays["x_train"].tolist(), *arrays["x_test"].tolist()]
    y = [*arrays["y_train"].tolist(), *arrays["y_test"].tolist()]
    assert sorted(zip(x, y, strict=True)) == [([9.5, 3.25], 0), ([10, 3], 1), ([11, 2.5], 0), ([12, 3.5], 1)]
    assert (sorted(y[:2]), sorted(y[2:])) == ([0, 1], [0, 1])
    assert not (tmp_path / "decoded" / "classes.json").exists()


def test_features_come_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    arrays = read(tmp_path, WINE, told={"features": ["ph", "alcohol"]})
    assert sorted([*arrays["x_train"].tolist(), *arrays["x_test"].tolist()])[0] == [2.5, 11]


def test_files_of_a_part_are_joined_in_their_order_whatever_the_order_of_their_columns(tmp_path: Path) -> None:
    contents = ["a,b,quality\n1,2,0\n", "a,b,quality\n9,9,1\n", "quality,b,a\n1,4,3\n"]
    paths = [written(tmp_path / f"{number}.csv", text) for number, text in enumerate(contents)]
    described = dataset("csv", *paths, parts=["train", "test", "train"], told=TOLD)
    arrays = decoded(tmp_path, described, *paths)
    assert (arrays["x_train"].tolist(), arrays["y_train"].tolist()) == ([[1, 2], [3, 4]], [0, 1])
    assert (arrays["x_test"].tolist(), arrays["y_test"].tolist()) == ([[9, 9]], [1])


def test_targets_of_a_regression_are_numbers_in_the_order_named(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"task": "regression", "classes": None, "targets": 2}
    arrays = read(tmp_path, "a,t1,t2\n1,2,3.5\n1,2,3.5\n", told={"targets": ["t2", "t1"]}, **changes)
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([[3.5, 2]], [[3.5, 2]])
    assert arrays["y_train"].dtype.name == "float32"


@pytest.mark.parametrize(
    ("train", "test", "labels", "classes"),
    [
        ("setosa virginica", "versicolor", ([0, 2], [1]), ["setosa", "versicolor", "virginica"]),
        ("10 9", "-1", ([2, 1], [0]), ["-1", "9", "10"]),  # by number, not by text
        ("1 3 2", "2", ([0, 2, 1], [1]), ["1", "2", "3"]),
        ("01 2 3", "1", ([0, 1, 2], [0]), ["1", "2", "3"]),
        ("10 9", "a", ([0, 1], [2]), ["10", "9", "a"]),
        ("Ä NA", "null", ([2, 0], [1]), ["NA", "null", "Ä"]),
    ],
)
def test_classes_count_in_sorted_order_over_all_parts(
    tmp_path: Path, train: str, test: str, labels: tuple[list[int], list[int]], classes: list[str]
) -> None:
    texts = ["a,quality\n" + "".join(f"1,{each}\n" for each in part.split()) for part in (train, test)]
    arrays = in_parts(tmp_path, *texts, classes=3)
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == labels
    assert names(tmp_path) == classes


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffa,quality\n1,0\n2,1\n",
        "a,quality\r\n1,0\r\n2,1\r\n",
        'a,quality\n"1", 0 \n\n 2,"1"\n',
        "quality,a\n0,1e0\n1,+2.0",
        gzip.compress(b"a,quality\n1,0\n2,1\n", mtime=0),
    ],
    ids=["bom", "windows", "quoted", "no_end", "gzip"],
)
def test_the_same_table_written_in_another_way_is_the_same(tmp_path: Path, text: str | bytes) -> None:
    arrays = in_parts(tmp_path, "a,quality\n1,0\n2,1\n", "a,quality\n1,0\n2,1\n")
    (tmp_path / "other").mkdir()
    paths = [written(tmp_path / "other" / name, text) for name in ("train.csv", "test.csv")]
    other = decoded(tmp_path / "other", dataset("csv", *paths, parts=["train", "test"], told=TOLD), *paths)
    assert {name: array.tolist() for name, array in other.items()} == {name: a.tolist() for name, a in arrays.items()}
    assert arrays["x_train"].tolist() == [[1], [2]]


def test_delimiter_is_that_of_the_format(tmp_path: Path) -> None:
    arrays = read(tmp_path, "a;quality\n" + "1.5;0\n1.5;1\n" * 2, told={"delimiter": ";"})
    assert arrays["x_test"].tolist() == [[1.5], [1.5]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,quality\n1,0\n,1\n", "line 3, column 'a': has no value"),
        ("a,quality\n1,0\n2,\n", "line 3, column 'quality': has no value"),
        ("a,quality\n1,0\nNA,1\n", "line 3, column 'a': has no value"),
        ("a,quality\n1,0\n\n\nred,1\n", "line 5, column 'a': 'red' is no number"),
        ('a,b,quality\n1,"x\ny",0\nred,2,1\n', "line 4, column 'a': 'red' is no number"),
        ("a,quality\ninf,0\n1,1\n", "line 2, column 'a': inf is no finite number"),
        ("a,quality\n1,0\nnan,1\n", "line 3, column 'a': nan is no finite number"),
        ("a,quality\n1,0\n1e39,1\n", r"line 3, column 'a': 1e\+39 is no finite number of 32 bits"),
        ("a,quality\n1,0\n1,1,1\n", "cannot be read as CSV with ',': .*Expected 2 columns, got 3"),
        ("a,quality\n", r"has no rows\."),
        ("", "cannot be read as CSV with ',': Empty CSV file"),
        ("a,a,quality\n1,2,0\n", "has 2 columns named 'a'"),
        ("a,,quality\n1,2,0\n", "has a column without a name"),
        ("a,qualty\n1,2\n", "has no column 'quality'; did you mean 'qualty'"),
        ("a,b\n1,2\n", "has no column 'quality'; it has a, b"),
        ("quality\n0\n1\n", "`features` must be at least one column, got 0"),
        ("a,quality\n1,0\n1,1\n1,2\n", r"has 3 classes \(0, 1, 2\); `classes` of small is 2"),
        ("a,quality\n1,0\n1,0\n", r"has 1 classes \(0\)"),
        (b"a,quality\n1,\xe9\n", "invalid UTF8"),
        (b"\xe9,quality\n1,2\n", "cannot be read as CSV"),
        (gzip.compress(b"a,quality\n1,0\n2,1\n", mtime=0)[:-9], "cannot be unpacked"),
    ],
)
def test_table_that_is_not_right_is_refused_by_file_line_and_column(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(DataError, match=rf"wine\.csv.*{message}"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("told", "changes", "message"),
    [
        ({"features": ["alcohl"]}, {}, "has no column 'alcohl'; did you mean 'alcohol'"),
        ({"targets": ["quality", "ph"]}, {}, "names 2 columns .*a classification with this dataset has 1"),
        ({}, {"task": "regression", "classes": None, "targets": 2}, "a regression with this dataset has 2"),
    ],
)
def test_format_that_does_not_fit_the_table_is_refused(
    tmp_path: Path, told: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, WINE, told=told, **changes)


def test_files_with_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"test\.csv and train\.csv have other columns: only one of them has 'b'"):
        in_parts(tmp_path, "a,quality\n1,0\n", "a,b,quality\n1,2,1\n")


def test_line_of_a_cell_in_a_later_block_and_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_tables, "BLOCK_BYTES", 64)
    rows = "".join(f"{number},{number % 2}\n" for number in range(500))
    with pytest.raises(DataError, match=r"test\.csv, line 502, column 'a': 'red' is no number"):
        in_parts(tmp_path, f"a,quality\n{rows}", f"a,quality\n{rows}red,0\n")


def test_table_in_many_blocks_keeps_its_rows_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_tables, "BLOCK_BYTES", 64)
    text = "a,quality\n" + "".join(f"{number},{number % 2}\n" for number in range(500))
    arrays = in_parts(tmp_path, text, text)
    assert arrays["x_train"][:, 0].tolist() == arrays["x_test"][:, 0].tolist() == list(range(500))
    assert arrays["y_test"].tolist() == [0, 1] * 250


def test_table_of_more_bytes_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 1000)
    packed = gzip.compress(b"a,quality\n" + b"1,0\n2,1\n" * 1000, mtime=0)
    assert len(packed) < 200
    with pytest.raises(DataError, match=r"wine\.csv: has more than 1,000 bytes of values"):
        read(tmp_path, packed)


def test_bytes_of_all_tables_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 1500)  # a table has 1,008: 100 rows of two cells of a letter
    text = "a,quality\n" + "1,0\n2,1\n" * 50
    with pytest.raises(DataError, match=r"test\.csv: has more than 1,500 bytes of values, with the files before it"):
        in_parts(tmp_path, text, text)
