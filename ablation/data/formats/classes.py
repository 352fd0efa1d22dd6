"""Names of classes, beside the arrays: `classes.json`, a list in the order of the labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data.errors import DataError

CLASSES_FILE = "classes.json"
_SHOWN = 10


def check_count(dataset: Dataset, names: Sequence[str], where: str) -> None:
    """Refuse other classes than as many as the dataset has.

    Raises:
        DataError: There are more or fewer; it names the first ones.
    """
    if len(names) == dataset.classes:
        return
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    raise DataError(f"{where}: has {len(names):,} classes ({shown}); `classes` of {dataset.name} is {dataset.classes}.")


def write_classes(directory: Path, names: Sequence[str]) -> None:
    """Write the names; the position of each is its label."""
    text = json.dumps(list(names), ensure_ascii=False) + "\n"
    (directory / CLASSES_FILE).write_text(text, encoding="utf-8")
