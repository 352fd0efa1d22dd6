"""The datasets this project knows: what they are, where they come from, and the digests that prove it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from ablation.records import SHA256, Record


class DatasetFile(Record):
    """One published file of a dataset."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="File name, also on a mirror.")
    url: str = Field(description="Published address.")
    sha256: tuple[str, ...] = Field(min_length=1, description="Accepted digests, the published file's first.")


class Holdout(Record):
    """How a dataset without a test part of its own is given one: stratified, once and for all."""

    test_fraction: float = Field(gt=0, lt=1)
    seed: int = Field(ge=0)


class Dataset(Record):
    """A dataset of the catalogue."""

    name: str
    title: str
    task: Literal["classification", "regression"]
    classes: int = Field(ge=2)
    input_shape: tuple[int, ...] = Field(description="Of one sample.")
    licence: str
    homepage: str
    format: Literal["sklearn_digits", "keras_npz"]
    files: tuple[DatasetFile, ...] = ()
    holdout: Holdout | None = None
    content_sha256: str = Field(pattern=SHA256, description="Digest of the decoded arrays.")


@cache
def catalogue() -> dict[str, Dataset]:
    """Return every known dataset by name."""
    entries = yaml.safe_load((Path(__file__).parent / "datasets.yaml").read_text(encoding="utf-8"))
    return {name: Dataset.model_validate({"name": name, **entry}) for name, entry in entries.items()}
