"""The experiment language: YAML specs, their models, their expansion to trials, and the identity of a trial."""

from ablation.spec.data import DataSpec, NormalizeStep, Rescale, Standardize, Subset, Validation
from ablation.spec.expansion import Study, Trial, TrialSpec, Variant, load_study
from ablation.spec.identity import Surroundings, canonical_json, digest, fingerprint
from ablation.spec.initializers import Constant, Initializer, RandomNormal, RandomUniform, Scaled
from ablation.spec.layers import Activation, BatchNormalization, Dense, Dropout, Flatten, Layer
from ablation.spec.model import ModelSpec
from ablation.spec.problems import Mark, Problem, SpecError
from ablation.spec.regularizers import L1, L1L2, L2, Regularizer
from ablation.spec.study import CompareSpec, RuntimeSpec, StudySpec, VariantSpec
from ablation.spec.training import (
    Adam,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    Optimizer,
    RmsProp,
    Sgd,
    TrainingSpec,
)

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "Activation",
    "Adam",
    "BatchNormalization",
    "CategoricalCrossentropy",
    "CompareSpec",
    "Constant",
    "DataSpec",
    "Dense",
    "Dropout",
    "Flatten",
    "Initializer",
    "Layer",
    "Loss",
    "Mark",
    "MeanSquaredError",
    "ModelSpec",
    "NormalizeStep",
    "Optimizer",
    "Problem",
    "RandomNormal",
    "RandomUniform",
    "Regularizer",
    "Rescale",
    "RmsProp",
    "RuntimeSpec",
    "Scaled",
    "Sgd",
    "SpecError",
    "Standardize",
    "Study",
    "StudySpec",
    "Subset",
    "Surroundings",
    "TrainingSpec",
    "Trial",
    "TrialSpec",
    "Validation",
    "Variant",
    "VariantSpec",
    "canonical_json",
    "digest",
    "fingerprint",
    "load_study",
]
