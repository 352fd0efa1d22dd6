from __future__ import annotations

from typing import Any

import keras
import pytest

from ablation.training.compiling.compiling import compile_model
from ablation.training.compiling.optimizers import build_optimizer

from ..small import DENSE, head, trial

SOFTMAX = {"kind": "activation", "name": "soft", "activation": "softmax"}


def compiled(layers: list[dict[str, Any]]) -> keras.Model:
    of = trial(layers)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    compile_model(model, build_optimizer(of.spec.training.optimizer, 0.5), head(of), of.spec.training.metrics)
    return model


@pytest.mark.parametrize(
    ("layers", "takes_logits"),
    [
        ([DENSE], True),
        ([{**DENSE, "activation": "softmax"}], False),
        ([DENSE, SOFTMAX], False),
        ([{**DENSE, "activation": "softmax"}, {**DENSE, "name": "last"}], True),
    ],
    ids=["linear", "softmax", "softmax_layer", "softmax_inside"],
)
def test_loss_knows_whether_the_model_ends_in_a_softmax(layers: list[dict[str, Any]], takes_logits: bool) -> None:
    assert compiled(layers).loss.get_config()["from_logits"] is takes_logits


def test_model_is_compiled_with_the_optimizer_it_is_given() -> None:
    model = compiled([DENSE])
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    assert float(model.optimizer.learning_rate) == 0.5
