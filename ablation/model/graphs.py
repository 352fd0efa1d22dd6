"""The graph of a model: layers connected by name, and residual blocks spread out into theirs."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import nullcontext

import keras
from keras import layers

from ablation.model.backbones import WeightsUnavailable, connect_backbone
from ablation.model.errors import ModelError, Path, located
from ablation.model.layers import build_layer, check_weights
from ablation.model.operations import apply_as_layer
from ablation.model.precision import computing_in
from ablation.model.shortcuts import project
from ablation.model.start import Start
from ablation.spec.layers import INPUT, Backbone, Gelu, Layer, Residual


def connect_layers(specs: Sequence[Layer], inputs: keras.KerasTensor, start: Start, path: Path) -> keras.KerasTensor:
    """Connect layers and return the output of the last one.

    Args:
        specs: Enabled layers, first to last; each takes the one before it, or those it names.
        inputs: What INPUT stands for, and what the first layer takes.
        start: Where weights come from.
        path: Of the layers in the spec.

    Raises:
        ModelError: A layer does not fit what it is given.
    """
    outputs = {INPUT: inputs}
    previous = INPUT
    for spec in specs:
        given = [outputs[name] for name in spec.inputs or (previous,)]
        with computing_in("float32") if spec.name in start.float32_layers else nullcontext():
            outputs[spec.name] = _connect(spec, given, start, (*path, spec.name))
        previous = spec.name
    return outputs[previous]


def _connect(spec: Layer, given: list[keras.KerasTensor], start: Start, path: Path) -> keras.KerasTensor:
    with located(path, given):
        if isinstance(spec, Residual):
            return _connect_residual(spec, given[0], start, path)
        if isinstance(spec, Backbone):
            return _connect_backbone(spec, given[0], start, path)
        if isinstance(spec, Gelu) and spec.approximate:
            gelu = functools.partial(keras.ops.gelu, approximate=True)
            return apply_as_layer(gelu, given[0], name=spec.name)
        layer = build_layer(spec, start.seed)
        output = layer(given[0] if len(given) == 1 else given)
        check_weights(layer)
        return output


def _connect_backbone(spec: Backbone, pixels: keras.KerasTensor, start: Start, path: Path) -> keras.KerasTensor:
    try:
        return connect_backbone(spec, pixels, start)
    except WeightsUnavailable as error:
        raise ModelError(f"{'.'.join(path)}.weights: {error}") from error


def _connect_residual(spec: Residual, inputs: keras.KerasTensor, start: Start, path: Path) -> keras.KerasTensor:
    outputs = connect_layers(spec.layers, inputs, start, (*path, "layers"))
    if spec.shortcut != "none":
        shortcut = project(spec, inputs, outputs, start.seed) if spec.shortcut == "projection" else inputs
        outputs = _add(spec, outputs, shortcut, path)
    if spec.activation == "linear":
        return outputs
    return layers.Activation(spec.activation, name=f"{spec.name}_activation")(outputs)


def _add(spec: Residual, outputs: keras.KerasTensor, shortcut: keras.KerasTensor, path: Path) -> keras.KerasTensor:
    # Keras would stretch an axis of length 1, which is no shortcut.
    if outputs.shape != shortcut.shape:
        raise ModelError(
            f"{'.'.join(path)}: cannot add an input of shape {tuple(shortcut.shape[1:])} to an output of shape "
            f"{tuple(outputs.shape[1:])}.\n  Set `shortcut: projection`, or keep the shape: the same number of "
            "filters, strides of 1 and `padding: same`."
        )
    return layers.Add(name=f"{spec.name}_add")([outputs, shortcut])
