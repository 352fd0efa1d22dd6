"""The frozen beginning of a model: what it gives for a sample never changes, so that it is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ablation.spec import Precision, TrialSpec
from ablation.spec.layers import (
    INPUT,
    Activation,
    AveragePooling1D,
    AveragePooling2D,
    Backbone,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Elu,
    Flatten,
    Gelu,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GroupNormalization,
    Kernel,
    Layer,
    LayerNormalization,
    LeakyRelu,
    MaxPooling1D,
    MaxPooling2D,
    PRelu,
    Relu,
    Reshape,
    Selu,
    SeparableConv2D,
    Weighted,
    ZeroPadding1D,
    ZeroPadding2D,
)

# Layers that give the same in training as in inference. Weights are held where `trainable` says so.
_WEIGHTLESS = (
    Activation
    | AveragePooling1D
    | AveragePooling2D
    | Elu
    | Flatten
    | Gelu
    | GlobalAveragePooling1D
    | GlobalAveragePooling2D
    | GlobalMaxPooling1D
    | GlobalMaxPooling2D
    | LeakyRelu
    | MaxPooling1D
    | MaxPooling2D
    | Relu
    | Reshape
    | Selu
    | ZeroPadding1D
    | ZeroPadding2D
)
_HELD = (
    Backbone
    | BatchNormalization
    | Conv1D
    | Conv2D
    | Dense
    | DepthwiseConv2D
    | GroupNormalization
    | LayerNormalization
    | PRelu
    | SeparableConv2D
)
# What does not change the output of a frozen layer.
_WITHOUT_EFFECT = {"enabled", "inputs", "trainable", "trainable_layers", "learning_rate_factor"}


@dataclass(frozen=True)
class FrozenPrefix:
    """A chain of frozen layers from the samples on.

    Args:
        core: Up to the last layer that has weights; a frozen backbone is among them.
        tail: What follows: pooling, flatten and the like.
        precision: What they compute in.
    """

    core: tuple[Layer, ...]
    tail: tuple[Layer, ...]
    precision: Precision

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers, first to last."""
        return (*self.core, *self.tail)

    def core_identity(self, seed: int) -> dict[str, Any]:
        """Return what the output of the core depends on beside the samples.

        Args:
            seed: Of the trial; it counts where weights are drawn at random.
        """
        is_drawn = any(_is_drawn(layer) for layer in self.core)
        names = [layer.name for layer in self.core]
        drawn = [seed, names] if is_drawn else None
        return {"layers": _identities(self.core), "drawn": drawn, "precision": self.precision}

    def tail_identity(self) -> list[dict[str, Any]]:
        """Return what the output of the tail depends on beside that of the core."""
        return _identities(self.tail)


def frozen_prefix(spec: TrialSpec) -> FrozenPrefix | None:
    """Return the longest frozen beginning of a model that is worth computing once; None where there is none.

    It holds a frozen backbone, and nothing after it takes the samples or an inner layer of it. Augmented samples are
    never the same twice, so a trial with augmentation has none. A phase may end it: `Freezing` knows.

    Args:
        spec: Of a trial; resolved.
    """
    if not spec.training.share_features or spec.data.encode is not None:
        return None
    if any(step.enabled for step in spec.data.augment):
        return None
    layers = spec.model.layers
    count = _chain_length(layers)
    while count and not _is_all_that_is_taken(layers, count):
        count -= 1
    chain = tuple(layer.model_copy(update={"inputs": None}) for layer in layers[:count])
    weighted = [place for place, layer in enumerate(chain) if isinstance(layer, Weighted)]
    if not any(isinstance(layer, Backbone) for layer in chain):
        return None
    return FrozenPrefix(chain[: weighted[-1] + 1], chain[weighted[-1] + 1 :], spec.training.precision)


def _chain_length(layers: Sequence[Layer]) -> int:
    """Return how many layers from the first on are frozen and take the one before; the last layer is none of them."""
    previous = INPUT
    for place, layer in enumerate(layers[:-1]):
        if (layer.inputs or (previous,)) != (previous,) or not _is_frozen(layer):
            return place
        previous = layer.name
    return len(layers) - 1


def _is_frozen(layer: Layer) -> bool:
    if isinstance(layer, Kernel) and layer.activity_regularizer is not None:
        return False  # its penalty is computed from its output, in every step
    return isinstance(layer, _WEIGHTLESS) or (isinstance(layer, _HELD) and not layer.trainable)


def _is_all_that_is_taken(layers: Sequence[Layer], count: int) -> bool:
    """Whether the layers after the first `count` take nothing of these but the output of the last one."""
    inside = {INPUT, *(layer.name for layer in layers[: count - 1])}
    return not any(inside.intersection(layer.inputs or ()) for layer in layers[count:])


def _is_drawn(layer: Layer) -> bool:
    if isinstance(layer, Backbone):
        return layer.weights == "none"
    return isinstance(layer, Weighted)


def _identities(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    return [_identity(layer) for layer in layers]


def _identity(layer: Layer) -> dict[str, Any]:
    identity = layer.model_dump(mode="json", exclude=_WITHOUT_EFFECT | {"name"})
    if isinstance(layer, Backbone) and not isinstance(layer.weights, str):
        identity["weights"] = layer.weights.sha256
    return identity
