"""What is drawn of a trial's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt


@dataclass(frozen=True)
class Cell:
    """One image.

    Args:
        image: Shape (height, width) or (height, width, channels); its first channel is drawn unless it has three.
        caption: Short lines below it.
    """

    image: npt.NDArray[Any]
    caption: tuple[str, ...] = ()


@dataclass(frozen=True)
class GridColumn:
    """Images in one state, a row a sample.

    Args:
        title: Which state.
        cells: From top to bottom.
        low: The value that is drawn black.
        high: The value that is drawn white.
    """

    title: str
    cells: tuple[Cell, ...]
    low: float
    high: float


@dataclass(frozen=True)
class ImageGrid:
    """Samples, a row each.

    Args:
        labels: Lines beside each row, the first one emphasised.
        columns: From left to right.
    """

    labels: tuple[tuple[str, ...], ...]
    columns: tuple[GridColumn, ...]


@dataclass(frozen=True)
class Panel:
    """A histogram: counts in bins of equal width.

    Args:
        title: What is counted.
        low: Where the first bin begins.
        high: Where the last bin ends.
        counts: Of each bin.
        mark: A value with a line of its own.
        mark_label: What it is.
    """

    title: str
    low: float
    high: float
    counts: tuple[int, ...]
    mark: float | None = None
    mark_label: str = ""


@dataclass(frozen=True)
class Balance:
    """The share of each class in each split, from 0 to 1."""

    classes: tuple[str, ...]
    shares: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class PreviewSheet:
    """Everything on the sheet, from top to bottom."""

    title: str
    subtitle: str
    grid: ImageGrid | None
    balance: Balance | None
    panels: tuple[Panel, ...]
    panels_title: str
    notes: tuple[str, ...]
