"""What a trained model does on its test part beyond its metrics: confusions, calibration, residuals, mistakes."""

from ablation.evaluation.assessing.assessment import MOST_CLASSES, MOST_MISTAKES, assess

__all__ = ["MOST_CLASSES", "MOST_MISTAKES", "assess"]
