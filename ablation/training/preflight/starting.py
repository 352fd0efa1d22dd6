"""What the first step of a model shows: its loss, its gradients, units that never answer, reshapes that tear."""

from __future__ import annotations

import math
from collections.abc import Iterator

import keras
import numpy as np

from ablation.evaluation import Head
from ablation.training.compiling.losses import OF_NUMBERS
from ablation.training.preflight.activations import MOST_DEAD, dead_shares
from ablation.training.preflight.findings import Finding
from ablation.training.preflight.recording import Step
from ablation.training.preflight.references import constant_loss, uniform_loss
from ablation.training.preflight.reshapes import scrambling_layers
from ablation.training.preflight.samples import Samples

FACTOR = 2.0  # of the expected loss, above and below
NOT_FINITE = (
    "Rescale or standardise the inputs, lower the scale of the initialisers, and look for an activation or a penalty "
    "that grows without bound."
)


def find_loss(variant: str, head: Head, samples: Samples, loss: float) -> Iterator[Finding]:
    """Find a loss at the start that is not a number, or far from that of a net which finds all classes equally likely.

    Args:
        variant: Whose model.
        head: What the outputs mean.
        samples: That the loss is of.
        loss: Before the first step, without penalties.
    """
    if not math.isfinite(loss):
        yield Finding(severity="error", variant=variant, message=f"the loss starts at {loss:g}", hint=NOT_FINITE)
        return
    if head.classes is None or head.loss.kind in OF_NUMBERS:
        return
    expected = uniform_loss(head, samples.labels)
    least = min(expected, constant_loss(head, samples.labels))
    if not least / FACTOR <= loss <= expected * FACTOR:
        message = f"the loss starts at {loss:.3g}, {expected:.3g} is expected of {head.classes} classes"
        hint = "Rescale or standardise the inputs, or lower the scale of the last layers' initialisers."
        if loss < least:
            hint = "A net that knows nothing cannot be this sure: see that the inputs do not contain the labels."
        yield Finding(severity="warning", variant=variant, message=message, hint=hint)


def find_gradients(variant: str, model: keras.Model, step: Step) -> Iterator[Finding]:
    """Find weights whose gradient is not a number, or zero everywhere.

    A bias alone is not told: before a normalisation it has no effect, by design.
    """
    layers: dict[str, list[str]] = {}
    for path, gradient in step.gradients.items():
        layer, _, weight = path.rpartition("/")
        if not np.isfinite(gradient).all():
            message = f"the gradient of {weight} is not finite in the first step"
            yield Finding(severity="error", variant=variant, layer=layer, message=message, hint=NOT_FINITE)
        elif not gradient.any():
            layers.setdefault(layer, []).append(weight)
    for layer, weights in layers.items():
        told = [weight for weight in weights if weight != "bias"]
        if told:
            message = f"the gradient of {' and '.join(told)} is 0 everywhere in the first step: the layer cannot learn"
            hint = (
                "Look at what comes after it: weights that start at 0, units of relu that are all off, sigmoids far "
                "from 0, a layer that does not lead to the output."
            )
            yield Finding(severity="warning", variant=variant, layer=layer, message=message, hint=hint)


def find_dead_units(variant: str, model: keras.Model, samples: Samples) -> Iterator[Finding]:
    """Find layers of relu most of whose units are off for every sample."""
    for layer, share in dead_shares(model, samples.x):
        if share > MOST_DEAD:
            message = f"{share:.0%} of its units are off for all of {len(samples)} samples"
            hint = "Check its initialisers (a bias far below 0?) and the scale of its input; leaky_relu cannot go off."
            yield Finding(severity="warning", variant=variant, layer=layer, message=message, hint=hint)


def find_reshapes(variant: str, model: keras.Model) -> Iterator[Finding]:
    """Find reshapes that tear apart what lay side by side."""
    for layer, before, after in scrambling_layers(model):
        message = f"reshapes {before} to {after}, so that what lay side by side no longer does"
        hint = "Keep the order of the axes: a reshape may split or merge neighbouring axes, it does not transpose."
        yield Finding(severity="warning", variant=variant, layer=layer, message=message, hint=hint)
