"""A model's layers one after the other, each with the shape that those before it make."""

from __future__ import annotations

from collections.abc import Sequence

from ablation.spec.layers import INPUT, Backbone, Layer, Residual, Weighted
from ablation.spec.model import ModelSpec
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.records import LayerShape, Misfit, ModelShapes, Output, Shape, ShapeError, display, total
from ablation.spec.shapes.residual import output_of_block

Path = tuple[str, ...]
# Steps of the path of a layer that stands in no block: model, layers, name.
TOP_LEVEL = 3


def model_shapes(model: ModelSpec, input_shape: Shape) -> ModelShapes:
    """Work out the shapes and numbers of weights of a resolved model, without Keras.

    Args:
        model: Enabled layers only, their inputs known.
        input_shape: Of one sample; None where a size is not known.

    Raises:
        ShapeError: The first layer that does not fit what it is given.
    """
    found, output_shape = _walk(model.layers, input_shape, ("model", "layers"))
    parameters = total(layer.parameters for layer in found)
    trainable = total(layer.trainable_parameters for layer in found)
    return ModelShapes(tuple(found), output_shape, parameters, trainable)


def _walk(layers: Sequence[Layer], input_shape: Shape, path: Path) -> tuple[list[LayerShape], Shape]:
    found: list[LayerShape] = []
    shapes = {INPUT: input_shape}
    previous = INPUT
    for layer in layers:
        names = layer.inputs or (previous,)
        place = (*path, layer.name)
        try:
            output, inside = _describe(layer, tuple(shapes[name] for name in names), place)
        except Misfit as misfit:
            raise _error(misfit, place, {name: shapes[name] for name in names}) from misfit
        found += [LayerShape(layer.name, output.shape, output.parameters, _trainable(layer, output)), *inside]
        shapes[layer.name] = output.shape
        previous = layer.name
    return found, shapes[previous]


def _describe(layer: Layer, inputs: tuple[Shape, ...], place: Path) -> tuple[Output, list[LayerShape]]:
    if not isinstance(layer, Residual):
        return output_of(layer, *inputs), []
    inside, after = _walk(layer.layers, inputs[0], (*place, "layers"))
    return output_of_block(layer, inputs[0], after), inside


def _trainable(layer: Layer, output: Output) -> int | None:
    if isinstance(layer, Weighted) and not layer.trainable:
        return 0
    is_partly_frozen = isinstance(layer, Backbone) and layer.trainable_layers is not None
    return None if output.parameters is None or is_partly_frozen else output.parameters - output.untrained


def _error(misfit: Misfit, path: Path, given: dict[str, Shape]) -> ShapeError:
    start = "the samples" if len(path) == TOP_LEVEL else "the block's input"
    got = ", ".join(f"{display(shape)} from {start if name == INPUT else name}" for name, shape in given.items())
    place = path if misfit.field is None else (*path, misfit.field)
    return ShapeError(place, f"{misfit.message}; got {got}", misfit.hint)
