"""The datasets this project knows: what they are, where they come from, and the digests that prove it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from ablation.catalogue import formats
from ablation.catalogue.datasets import FILE_NAME, Dataset, DatasetFile, Edition, Holdout, Part
from ablation.catalogue.formats import FileFormat, Format

__all__ = [
    "FILE_NAME",
    "Dataset",
    "DatasetFile",
    "Edition",
    "FileFormat",
    "Format",
    "Holdout",
    "Part",
    "catalogue",
    "formats",
]


@cache
def catalogue() -> dict[str, Dataset]:
    """Return every known dataset by name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where LibYAML is there
    entries = yaml.load((Path(__file__).parent / "datasets.yaml").read_text(encoding="utf-8"), Loader=loader)
    return {name: Dataset.model_validate({"name": name, **entry}) for name, entry in entries.items()}
