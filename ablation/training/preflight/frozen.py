"""What a model trains, without the frozen layers before it: those are run over the samples once."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np

from ablation.model import cut_after, keep_until
from ablation.spec import TrialSpec
from ablation.training.feeding.prefix import frozen_prefix
from ablation.training.preflight.samples import Samples


def after_frozen(model: keras.Model, spec: TrialSpec, samples: Samples) -> tuple[keras.Model, Samples]:
    """Return the part of a model after its frozen beginning, and what that makes of the samples; else both as they are.

    Args:
        model: All layers.
        spec: Whose. A pre-flight neither augments nor comes to a phase, so every frozen beginning will do.
        samples: As the whole model takes them.
    """
    data, training = spec.data, spec.training
    plain = {
        "data": data.model_copy(update={"augment": ()}),
        "training": training.model_copy(update={"share_features": True}),
    }
    prefix = frozen_prefix(spec.model_copy(update=plain))
    if prefix is None:
        return model, samples
    last = prefix.layers[-1].name
    # Not `predict`: a graph of a whole backbone takes seconds to make, and is run once.
    features = np.asarray(keras.ops.convert_to_numpy(keep_until(model, last)(samples.x, training=False)), np.float32)
    return cut_after(model, last), replace(samples, x=features)
