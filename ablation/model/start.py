"""What layers of a model are made from beside their specs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ablation.spec.layers import WeightsFile

# Gives the path of a file whose digest has been verified.
WeightsSource = Callable[[WeightsFile], Path]


@dataclass(frozen=True)
class Start:
    """The trial's seed, what gives files of weights, if anything does, and the layers that compute in float32 always.

    Args:
        seed: Of initial weights and noise.
        weights: Gives files of weights.
        float32_layers: Names of layers outside of blocks.
    """

    seed: int
    weights: WeightsSource | None = None
    float32_layers: frozenset[str] = frozenset()
