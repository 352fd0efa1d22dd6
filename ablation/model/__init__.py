"""Keras models from specs."""

from ablation.model.building import ModelError, ModelSummary, build_model, summarize

__all__ = ["ModelError", "ModelSummary", "build_model", "summarize"]
