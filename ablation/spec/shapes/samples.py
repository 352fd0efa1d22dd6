"""The shape of one sample when it comes to the model: encoded, then normalised."""

from __future__ import annotations

from functools import singledispatch

from ablation.catalogue import Dataset
from ablation.spec.data import DataSpec
from ablation.spec.encoders import Encoder, MultiHot
from ablation.spec.normalizers import Grayscale, MinMax, NormalizeStep, Resize, Standardize, Whiten
from ablation.spec.shapes.records import Misfit, Shape, ShapeError, display, product

COLOUR_IMAGE = 3
GREY_IMAGE = 2


def sample_shape(data: DataSpec, dataset: Dataset) -> Shape | None:
    """Work out the shape of one sample after encoding and normalising; None where nobody says that of a stored one.

    Raises:
        ShapeError: The encoder or a step does not fit the dataset.
    """
    shape = _encoded(data.encode, dataset)
    if shape is None:
        return None
    for index, step in enumerate(data.normalize):
        try:
            shape = _after(step, shape)
        except Misfit as misfit:
            field = () if misfit.field is None else (misfit.field,)
            path = ("data", "normalize", str(index), *field)
            raise ShapeError(path, f"{misfit.message}; got {display(shape)}", misfit.hint) from misfit
    if None in shape:
        hint = "Bring them to one size: normalize: [{kind: resize, height: 224, width: 224}]."
        raise ShapeError(("data", "normalize"), f"the images of {dataset.name} differ in size", hint)
    return shape


def is_image(shape: Shape) -> bool:
    """Whether samples are images: (height, width) or (height, width, channels)."""
    return len(shape) in (GREY_IMAGE, COLOUR_IMAGE)


def _encoded(encoder: Encoder | None, dataset: Dataset) -> Shape | None:
    path = ("data", "encode")
    if not dataset.is_sequence:
        if encoder is not None:
            message = f"{dataset.name} holds numbers, not sequences of integers"
            shape = (
                "" if dataset.input_shape is None else f"; its samples have the shape {display(dataset.input_shape)}"
            )
            raise ShapeError(path, message, f"Remove encode{shape}.")
        return dataset.input_shape
    if encoder is None:
        message = f"is missing: {dataset.name} holds sequences of integers, each of its own length"
        hint = "Add encode: {kind: multi_hot, vocabulary_size: 10000}, or {kind: padded, …, length: 256}."
        raise ShapeError(path, message, hint)
    return (encoder.vocabulary_size,) if isinstance(encoder, MultiHot) else (encoder.length,)


@singledispatch
def _after(step: NormalizeStep, shape: Shape) -> Shape:
    return shape


@_after.register
def _(step: Resize, shape: Shape) -> Shape:
    if not is_image(shape):
        raise Misfit("resizes images: (height, width) or (height, width, channels)", "Remove the step.")
    return (step.height, step.width, *shape[2:])


@_after.register
def _(step: Grayscale, shape: Shape) -> Shape:
    if len(shape) != COLOUR_IMAGE or shape[-1] != 3:
        raise Misfit("takes images of red, green and blue: (height, width, 3)", "Remove the step.")
    return (*shape[:-1], 1)


@_after.register
def _(step: Standardize | MinMax, shape: Shape) -> Shape:
    if step.per == "channel" and len(shape) != COLOUR_IMAGE:
        hint = "Choose from: feature, dataset."
        raise Misfit("the samples have no axis of channels: (height, width, channels)", hint, field="per")
    return shape


@_after.register
def _(step: Whiten, shape: Shape) -> Shape:
    features = product(shape)
    if step.components is not None and features is not None and step.components > features:
        hint = f"Keep at most {features}."
        raise Misfit(f"{step.components} components of {features} features", hint, field="components")
    if step.kind == "zca_whitening":
        return shape
    return (step.components or features,)
