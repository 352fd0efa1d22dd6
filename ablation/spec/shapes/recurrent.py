"""Recurrent layers.

Source: https://keras.io/api/layers/recurrent_layers/
"""

from __future__ import annotations

from ablation.spec.layers import Bidirectional, Gru, GruCell, Lstm, LstmCell
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.ranks import require_steps
from ablation.spec.shapes.records import Output, Shape, product, total

Recurrence = Lstm | Gru | LstmCell | GruCell


@output_of.register
def _(layer: Lstm | Gru, shape: Shape) -> Output:
    steps, features = require_steps(shape)
    return Output(_shape(layer, steps, layer.units), _weights(layer, features))


@output_of.register
def _(layer: Bidirectional, shape: Shape) -> Output:
    steps, features = require_steps(shape)
    units = layer.layer.units * (2 if layer.merge_mode == "concat" else 1)
    return Output(_shape(layer.layer, steps, units), product((2, _weights(layer.layer, features))))


def _shape(layer: Recurrence, steps: int | None, units: int) -> Shape:
    return (steps, units) if layer.return_sequences else (units,)


def _weights(layer: Recurrence, features: int | None) -> int | None:
    """Count an LSTM's three gates and candidate, or a GRU's two and candidate: dense layers of input and state."""
    parts = 4 if isinstance(layer, Lstm | LstmCell) else 3
    biases = 2 if isinstance(layer, Gru | GruCell) and layer.reset_after else 1
    one = (product((features, layer.units)), layer.units**2, biases * layer.units if layer.use_bias else 0)
    return product((parts, total(one)))
