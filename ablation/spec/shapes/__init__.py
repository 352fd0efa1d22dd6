"""Output shapes and numbers of weights, worked out without Keras: `ablate validate` finds layers that do not fit."""

from __future__ import annotations

from ablation.spec.shapes import (  # noqa: F401 - each adds its kinds to `output_of`
    backbones,
    convolution,
    dense,
    elementwise,
    merging,
    normalization,
    pooling,
    recurrent,
    reshaping,
)
from ablation.spec.shapes.records import LayerShape, ModelShapes, Shape, ShapeError
from ablation.spec.shapes.samples import sample_shape
from ablation.spec.shapes.walking import model_shapes

__all__ = ["LayerShape", "ModelShapes", "Shape", "ShapeError", "model_shapes", "sample_shape"]
