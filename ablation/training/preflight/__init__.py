"""What is looked at before a study trains: does each distinct model start well, and can it learn one batch by heart?

Importing this does not import Keras; `checking`, which does, is imported by a trial's own process.

Source: "Twenty tips for deep nets", its debugging; A. Karpathy, A Recipe for Training Neural Networks, 2019.
"""

from ablation.training.preflight.findings import Finding, PreflightJob, PreflightResult

__all__ = ["Finding", "PreflightJob", "PreflightResult"]
