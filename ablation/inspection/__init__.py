"""Published runs read again: one as it was published, or two side by side."""

from ablation.inspection.contrasting import RunContrast, VariantContrast, contrast_runs
from ablation.inspection.curves import MeanCurves, read_curves
from ablation.inspection.published import FailedTrial, PublishedRun, PublishedTrial, read_failures, read_published

__all__ = [
    "FailedTrial",
    "MeanCurves",
    "PublishedRun",
    "PublishedTrial",
    "RunContrast",
    "VariantContrast",
    "contrast_runs",
    "read_curves",
    "read_failures",
    "read_published",
]
