"""Units of relu that never answer."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from ablation.data import Array
from ablation.training.dead_units import dead_share, relu_outputs

MOST_DEAD = 0.9


def dead_shares(model: keras.Model, x: Array) -> Iterator[tuple[str, float]]:
    """Yield, for each layer that ends in relu, the share of its units that are 0 for every sample and position.

    Batch normalisations use the statistics of these samples, as in training. Layers inside a backbone are not looked
    at.

    Args:
        model: Not changed.
        x: Samples, float32 (n, ...).
    """
    ends = relu_outputs(model)
    if ends is None:
        return
    for name, output in ends(x, training=True).items():
        yield name, dead_share(keras.ops.convert_to_numpy(output))
