"""Outputs of a trained model to numbers, in NumPy: dropout off, penalties left out, the same for every split."""

from ablation.evaluation import assessing
from ablation.evaluation.evaluating import LOSS, evaluate, measure
from ablation.evaluation.heads import Head, head_of
from ablation.evaluation.predictions import Predictions
from ablation.evaluation.targets import TargetEncoder, TargetForm, target_encoder

__all__ = [
    "LOSS",
    "Head",
    "Predictions",
    "TargetEncoder",
    "TargetForm",
    "assessing",  # looks at outputs without changing a metric
    "evaluate",
    "head_of",
    "measure",
    "target_encoder",
]
