"""What is measured after every epoch beside losses and metrics of training and validation."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np

from ablation.data import Prepared, Split
from ablation.evaluation import LOSS, Head, Predictions, measure
from ablation.spec import TrainingSpec
from ablation.training.compiling.losses import build_loss
from ablation.training.dead_units import dead_share, relu_outputs
from ablation.training.feeding.inputs import as_input
from ablation.training.outputs import Forward
from ablation.training.watching.gradients import objective_gradients
from ablation.training.watching.history import LayerValue, Measured, Row
from ablation.training.watching.norms import gradient_norms, total_norm, weight_norms

CLEAN = "clean_"
MOST_PROBED = 512
MOST_CLEAN = 10_000


class Measures:
    """Measures a model at the end of an epoch. Nothing that training depends on is changed or drawn.

    With averaged weights these are what is looked at, as in validation.

    Args:
        spec: Says what is measured.
        model: All layers, also where a stage trains a part of them.
        head: What the outputs mean.
    """

    def __init__(self, spec: TrainingSpec, model: keras.Model, head: Head) -> None:
        self._spec, self._model, self._head = spec, model, head
        self._relu_outputs: tuple[keras.Model, keras.Model | None] | None = None

    def __call__(self, model: keras.Model, forward: Forward, prepared: Prepared) -> Measured:
        """Return the columns of an epoch and what is known of each layer.

        Args:
            model: What the epoch trained: all layers, or a part of them.
            forward: That model in inference.
            prepared: The splits that it takes.
        """
        wanted, columns, layers = self._spec.diagnostics, Row(), list[LayerValue]()
        if wanted.clean_metrics:
            columns |= self._clean(forward, prepared)
        if wanted.norms:
            weights, gradients = weight_norms(self._model), self._gradient_norms(model, prepared.train)
            columns |= {"weight_norm": total_norm(weights), "gradient_norm": total_norm(gradients)}
            layers += _values("weight", weights) + _values("gradient", gradients)
        if wanted.dead_units:
            layers += _values("dead_share", self._dead_shares(model, prepared.train))
        return Measured(columns, layers)

    def _clean(self, forward: Forward, prepared: Prepared) -> Row:
        split = spread_over(prepared.train, min(len(prepared.validation), MOST_CLEAN))
        found = measure((LOSS, *self._spec.metrics), Predictions(self._head, forward(split)[0], split.y))
        return {f"{CLEAN}{name}": value for name, value in found.items()}

    def _gradient_norms(self, model: keras.Model, train: Split) -> dict[str, float]:
        if not model.trainable_weights:
            return {}
        probe = self._probe(train)
        x, targets = as_input(probe.read_inputs(slice(None))), self._head.encoder()(probe.y)
        return gradient_norms(model, objective_gradients(model, build_loss(self._head), x, targets))

    def _dead_shares(self, model: keras.Model, train: Split) -> dict[str, float]:
        if self._relu_outputs is None or self._relu_outputs[0] is not model:
            self._relu_outputs = (model, relu_outputs(model))
        if (ends := self._relu_outputs[1]) is None:
            return {}
        outputs = ends(as_input(self._probe(train).read_inputs(slice(None))), training=False)
        return {name: dead_share(keras.ops.convert_to_numpy(output)) for name, output in outputs.items()}

    def _probe(self, train: Split) -> Split:
        size = self._spec.batch_size
        return spread_over(train, MOST_PROBED if size == "all" else min(size, MOST_PROBED))


def spread_over(split: Split, count: int) -> Split:
    """Return so many samples of a split, or all where there are fewer, always the same.

    They are spread evenly: the first ones of a dataset that is sorted by class would be of one class.
    """
    count = min(count, len(split))
    chosen = np.arange(count) * len(split) // count
    return replace(split, y=split.y[chosen], rows=chosen if split.rows is None else split.rows[chosen])


def _values(kind: str, by_layer: dict[str, float]) -> list[LayerValue]:
    return [{"layer": layer, "kind": kind, "value": value} for layer, value in by_layer.items()]
