"""Decoded splits are the samples that the prepared splits were made of, in their order."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ablation.catalogue import catalogue
from ablation.data import load_prepared, materialize, prepare
from ablation.data.describing import class_names, decoded_splits
from ablation.settings import Settings
from ablation.spec import DataSpec

DIGITS = catalogue()["digits"]


@pytest.mark.parametrize(
    "section",
    [
        {"validation": {"fraction": 0.25}},
        {"validation": {"count": 30}, "subset": {"train": 200, "test": 40}},
        {"validation": {"use": "test"}, "subset": {"train": 100}},
    ],
)
@pytest.mark.parametrize("seed", [0, 3])
def test_decoded_samples_are_those_that_were_prepared(tmp_path: Path, section: dict[str, object], seed: int) -> None:
    settings, spec = Settings(cache_dir=tmp_path), DataSpec.model_validate({"dataset": "digits"} | section)
    prepared = load_prepared(prepare(spec, DIGITS, seed, settings), settings)
    decoded = decoded_splits(materialize(DIGITS, settings), spec, DIGITS, seed)
    assert list(decoded) == ["train", "validation", "test"]
    for name, split in decoded.items():
        read = getattr(prepared, name)
        assert np.array_equal(split.labels, read.y)
        assert np.array_equal(np.concatenate(list(split.batches())), read.read(slice(None)))
    assert decoded["train"].sample_shape == (8, 8)


def test_decoded_labels_have_no_noise(tmp_path: Path) -> None:
    settings = Settings(cache_dir=tmp_path)
    spec = DataSpec.model_validate({"dataset": "digits", "validation": {"count": 237}, "labels": {"noise": 0.1}})
    prepared = load_prepared(prepare(spec, DIGITS, 0, settings), settings)
    decoded = decoded_splits(materialize(DIGITS, settings), spec, DIGITS, 0)
    assert np.count_nonzero(decoded["train"].labels != prepared.train.y) == round(0.1 * len(prepared.train))
    assert np.array_equal(decoded["validation"].labels, prepared.validation.y)


@pytest.mark.parametrize(
    ("written", "names"), [(["cat", "dog"], ("cat", "dog")), (["cat"], ("0", "1")), (None, ("0", "1"))]
)
def test_classes_have_the_names_beside_the_arrays_or_numbers(
    tmp_path: Path, written: list[str] | None, names: tuple[str, ...]
) -> None:
    if written is not None:
        (tmp_path / "classes.json").write_text(json.dumps(written))
    assert class_names(tmp_path, 2) == names
