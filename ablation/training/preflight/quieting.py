"""A spec without what keeps a net from learning by heart: noise, penalties, label smoothing, weight decay.

Constraints stay: they limit what the net can be, not what is asked of it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from ablation.spec import ModelSpec
from ablation.spec.losses import Loss
from ablation.spec.optimizers import Optimizer

Spec = TypeVar("Spec", bound=BaseModel)

_NOISE = {
    "dropout": "rate",
    "spatial_dropout1d": "rate",
    "spatial_dropout2d": "rate",
    "alpha_dropout": "rate",
    "gaussian_dropout": "rate",
    "gaussian_noise": "stddev",
}
_RECURRENT_NOISE = ("dropout", "recurrent_dropout")


def quiet_model(spec: ModelSpec) -> ModelSpec:
    """Return the model with every noise at 0 and no penalty; names, and so initial weights, stay."""
    return spec.model_copy(update={"layers": tuple(map(_quiet_layer, spec.layers))})


def quiet_loss(spec: Loss) -> Loss:
    """Return the loss without label smoothing."""
    return _updated(spec, label_smoothing=0.0)


def quiet_optimizer(spec: Optimizer) -> Optimizer:
    """Return the optimiser without weight decay and without a moving average of the weights."""
    return _updated(spec, use_ema=False, weight_decay=0.0 if spec.weight_decay else spec.weight_decay)


def _quiet_layer(layer: Spec) -> Spec:
    fields = type(layer).model_fields
    changes: dict[str, Any] = {name: None for name in fields if name.endswith("_regularizer")}
    changes |= {name: 0.0 for name in _RECURRENT_NOISE if name in fields}
    kind = getattr(layer, "kind", "")
    if kind in _NOISE:
        changes[_NOISE[kind]] = 0.0
    if kind == "bidirectional":
        changes["layer"] = _quiet_layer(layer.layer)  # type: ignore[attr-defined]  # bidirectional has one
    if kind == "residual":
        changes["layers"] = tuple(map(_quiet_layer, layer.layers))  # type: ignore[attr-defined]  # residual has some
    return _updated(layer, **changes)


def _updated(spec: Spec, **changes: Any) -> Spec:
    known = {name: value for name, value in changes.items() if name in type(spec).model_fields}
    return spec.model_copy(update=known)
