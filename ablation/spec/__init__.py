"""The experiment language: YAML specs, their models, their expansion to trials, and the identity of a trial.

The models of one family are found in a module of their own: `layers.Dense`, `optimizers.Adam`, `losses.Huber`.
"""

from ablation.spec import (
    augmenters,
    constraints,
    designs,
    encoders,
    initializers,
    layers,
    losses,
    normalizers,
    optimizers,
    regularizers,
    schedules,
)
from ablation.spec.checks.schedules import training_samples
from ablation.spec.data import DataSpec, Labels, Subset, Validation
from ablation.spec.expansion.differences import Difference, differences
from ablation.spec.expansion.identity import Surroundings, canonical_json, digest, fingerprint
from ablation.spec.expansion.loading import load_study
from ablation.spec.gates import Gate
from ablation.spec.model import ModelSpec
from ablation.spec.outputs import expected_outputs
from ablation.spec.precision import Precision, float32_layers
from ablation.spec.reading.problems import Mark, Problem, SpecError
from ablation.spec.shapes import LayerShape, ModelShapes, ShapeError, model_shapes, sample_shape
from ablation.spec.sources import Source, SourceFile, find_dataset
from ablation.spec.study import CompareSpec, PublishSpec, RuntimeSpec, StudySpec, VariantSpec
from ablation.spec.training import (
    CLASS_METRICS,
    SPLITS,
    DiagnosticsSpec,
    EarlyStopping,
    Phase,
    TrainingSpec,
    metric_names,
)
from ablation.spec.trials import Study, Trial, TrialSpec, Variant

__all__ = [
    "CLASS_METRICS",
    "SPLITS",
    "CompareSpec",
    "DataSpec",
    "DiagnosticsSpec",
    "Difference",
    "EarlyStopping",
    "Gate",
    "Labels",
    "LayerShape",
    "Mark",
    "ModelShapes",
    "ModelSpec",
    "Phase",
    "Precision",
    "Problem",
    "PublishSpec",
    "RuntimeSpec",
    "ShapeError",
    "Source",
    "SourceFile",
    "SpecError",
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
    "augmenters",
    "canonical_json",
    "constraints",
    "designs",
    "differences",
    "digest",
    "encoders",
    "expected_outputs",
    "find_dataset",
    "fingerprint",
    "float32_layers",
    "initializers",
    "layers",
    "load_study",
    "losses",
    "metric_names",
    "model_shapes",
    "normalizers",
    "optimizers",
    "reference",  # imported by those who ask for it: checking a spec does not need it
    "regularizers",
    "sample_shape",
    "schedules",
    "training_samples",
]
