"""Whether an export says what the model said when it was trained."""

from __future__ import annotations

import numpy as np

from ablation.data import Array
from ablation.records import ModelFormat
from ablation.spec import Precision

# Of the largest output, or of 1 where that is less. In float32 other libraries add in another order; a model that was
# trained in 16 bits computes in 32 when it is exported, and differs by what those bits could not tell.
TOLERANCES: dict[Precision, dict[ModelFormat, float]] = {
    "float32": {"keras": 1e-4, "saved_model": 1e-4, "tflite": 5e-4, "onnx": 5e-4},
    "mixed_bfloat16": {"keras": 5e-2, "saved_model": 5e-2, "tflite": 5e-2, "onnx": 5e-2},
    "mixed_float16": {"keras": 1e-2, "saved_model": 1e-2, "tflite": 1e-2, "onnx": 1e-2},
}


class WrongExport(Exception):
    """An export gives other outputs than the model."""


def largest_difference(outputs: Array, expected: Array) -> float:
    """Return the largest difference between outputs, as a share of the largest expected one, or of 1 if that is less.

    Raises:
        WrongExport: They are not of one shape, or not numbers.
    """
    if outputs.shape != expected.shape:
        raise WrongExport(f"it gives outputs of shape {outputs.shape}, the model {expected.shape}")
    if not np.isfinite(outputs).all():
        raise WrongExport("it gives outputs that are no finite numbers")
    scale = max(1.0, float(np.abs(expected).max()))
    return float(np.abs(outputs.astype(np.float64) - expected).max()) / scale


def compare(outputs: Array, expected: Array, tolerance: float) -> float:
    """Return the largest difference, which is within the tolerance.

    Raises:
        WrongExport: It is not.
    """
    difference = largest_difference(outputs, expected)
    if difference > tolerance:
        raise WrongExport(f"its outputs differ from the model's by {difference:.2g}, more than {tolerance:g}")
    return difference
