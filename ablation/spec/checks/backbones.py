"""Scaling of pixels before a backbone, and settings of training that a frozen one ignores."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Path, Subject, before, paths_of
from ablation.spec.layers import Backbone
from ablation.spec.normalizers import Log1p, MinMax, NormalizeStep, Rescale, Standardize, Tanh, Whiten

SCALES_ALWAYS = "efficientnet_b"


def check_backbones(subject: Subject) -> Iterator[Finding]:
    """Find pixels that are scaled twice, networks that cannot leave them as they are, and idle settings."""
    for path, layer in paths_of(subject.model.layers):
        if not isinstance(layer, Backbone):
            continue
        if layer.network.startswith(SCALES_ALWAYS) and not layer.preprocess:
            message, hint = f"{layer.network} always scales pixels itself", "Remove it, and leave pixels at 0 to 255."
            yield Finding((*path, "preprocess"), message, hint)
        if layer.preprocess and layer in subject.model.layers and before(subject.model, layer) is None:
            yield from _scaled_twice(subject, layer)
        if not layer.trainable and not _is_unfrozen(subject, layer):
            yield from _idle_settings(path, layer)


def _is_unfrozen(subject: Subject, layer: Backbone) -> bool:
    patterns = [pattern for phase in subject.training.phases for pattern in phase.unfreeze]
    return any(fnmatchcase(layer.name, pattern) for pattern in patterns)


def _idle_settings(path: Path, layer: Backbone) -> Iterator[Finding]:
    for name in ("learning_rate_factor", "trainable_layers"):
        if getattr(layer, name) is not None:
            hint = f"Set trainable: true, unfreeze {layer.name} in a phase, or remove it."
            yield Finding((*path, name), "is set, but the backbone is frozen", hint)


def _scaled_twice(subject: Subject, layer: Backbone) -> Iterator[Finding]:
    for index, step in enumerate(subject.data.normalize):
        if not _leaves_pixels(step):
            message = f"{layer.name} scales pixels of 0 to 255 itself, so they are scaled twice"
            hint = f"Remove the step, or set preprocess: false in {layer.name}."
            yield Finding(("data", "normalize", str(index)), message, hint, "warning")


def _leaves_pixels(step: NormalizeStep) -> bool:
    if isinstance(step, Rescale):
        return step.scale >= 1
    return not isinstance(step, Standardize | MinMax | Tanh | Log1p | Whiten)
