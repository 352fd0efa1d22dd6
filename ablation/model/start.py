"""What a model's weights start from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ablation.spec.layers import WeightsFile

# Gives the path of a file whose digest has been verified.
WeightsSource = Callable[[WeightsFile], Path]


@dataclass(frozen=True)
class Start:
    """The trial's seed, and what gives files of weights, if anything does."""

    seed: int
    weights: WeightsSource | None = None
