"""A spec's fields as the arguments of a Keras class: both are named alike."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ablation import seeds
from ablation.model.constraints import build_constraint
from ablation.model.initializers import build_initializer
from ablation.model.regularizers import build_regularizer
from ablation.spec.layers import LayerSpec

# What a layer is called and where it stands, rather than what it does; `trainable` is an argument of every layer.
_NOT_ARGUMENTS = {"kind", *LayerSpec.model_fields}


def keras_arguments(spec: BaseModel, seed: int, *owner: str) -> dict[str, Any]:
    """Return the arguments that a layer's spec gives to its Keras class, the name aside.

    Args:
        spec: Of a layer, or of the cell of one.
        seed: The trial's seed.
        owner: Name of the layer, and of its part; with the seed and the weight's name it seeds each start.
    """
    return {
        name: _keras_value(name, getattr(spec, name), seed, owner)
        for name in type(spec).model_fields
        if name not in _NOT_ARGUMENTS
    }


def _keras_value(name: str, value: Any, seed: int, owner: tuple[str, ...]) -> Any:
    if value is None:
        return None
    if name.endswith("_initializer"):
        return build_initializer(value, seeds.derive(seed, "start", *owner, name.removesuffix("_initializer")))
    if name.endswith("_regularizer"):
        return build_regularizer(value)
    return build_constraint(value) if name.endswith("_constraint") else value
