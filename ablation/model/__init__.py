"""Keras models from specs."""

from ablation.model.building import ModelSummary, build_layers, build_model, summarize
from ablation.model.cutting import cut_after, keep_until, outputs_of_layers
from ablation.model.errors import ModelError
from ablation.model.start import Start, WeightsSource
from ablation.model.weights import fetch_weights

__all__ = [
    "ModelError",
    "ModelSummary",
    "Start",
    "WeightsSource",
    "build_layers",
    "build_model",
    "cut_after",
    "fetch_weights",
    "keep_until",
    "outputs_of_layers",
    "summarize",
]
