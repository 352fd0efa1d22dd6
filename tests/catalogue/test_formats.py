from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ablation.catalogue import FileFormat, Format, formats

FILE_FORMATS: TypeAdapter[FileFormat] = TypeAdapter(FileFormat)
ALL_FORMATS: TypeAdapter[Format] = TypeAdapter(Format)

# The numbers of files that belong together (none: any), whether they have a test part, classes alone, a sample's shape.
FACTS: dict[str, tuple[tuple[int, ...], str, bool, tuple[int, ...] | None]] = {
    "npz": ((1,), "perhaps", False, None),
    "keras_sequences": ((1,), "always", False, ()),
    "cifar_python": ((1,), "always", True, (32, 32, 3)),
    "cifar_binary": ((1,), "always", True, (32, 32, 3)),
    "image_folders": ((), "perhaps", True, None),
    "tfrecord": ((), "never", True, None),
}


@pytest.mark.parametrize("kind", FACTS)
def test_format_says_what_its_files_are(kind: str) -> None:
    known = ALL_FORMATS.validate_python({"kind": kind})
    assert (known.counts, known.own_parts(1), known.is_of_classes, known.sample_shape) == FACTS[kind]


@pytest.mark.parametrize(("files", "own"), [(2, "never"), (4, "always")])
def test_four_idx_files_have_a_test_part_and_two_have_none(files: int, own: str) -> None:
    assert formats.Idx(kind="idx").own_parts(files) == own


TABLES: list[tuple[dict[str, Any], bool, tuple[int, ...] | None]] = [
    ({"kind": "csv", "targets": ["y"]}, False, None),
    ({"kind": "csv", "targets": ["y"], "features": ["a", "b"]}, False, (2,)),
    ({"kind": "parquet", "targets": ["y"], "features": ["a"]}, False, (1,)),
    ({"kind": "parquet", "targets": ["y"], "features": ["a"], "sequences": True}, True, ()),
]


@pytest.mark.parametrize(("settings", "is_sequence", "shape"), TABLES)
def test_table_says_how_many_features_are_named(
    settings: dict[str, Any], is_sequence: bool, shape: tuple[int, ...] | None
) -> None:
    table = FILE_FORMATS.validate_python(settings)
    assert (table.holds_sequences, table.sample_shape, table.own_parts(1)) == (is_sequence, shape, "never")


@pytest.mark.parametrize("kind", ["sklearn_digits", "sklearn_diabetes"])
def test_format_without_files_is_of_the_catalogue_alone(kind: str) -> None:
    assert ALL_FORMATS.validate_python({"kind": kind}).kind == kind
    with pytest.raises(ValidationError, match="kind"):
        FILE_FORMATS.validate_python({"kind": kind})
