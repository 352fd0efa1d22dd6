"""Normaliser steps: fitted on the training split, applied alike to every split."""

from ablation.data.normalizing.fitting import FittedStep, Normalized, apply, fit, load_normalizer, save_normalizer

__all__ = ["FittedStep", "Normalized", "apply", "fit", "load_normalizer", "save_normalizer"]
