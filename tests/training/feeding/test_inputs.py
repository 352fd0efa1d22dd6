"""Multi-hot rows reach a dense layer as their words, and train it as dense rows do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from ablation.data import Array, FittedStep, Prepared, Split
from ablation.data.encoding import fit_encoding, words_of
from ablation.model import build_model
from ablation.spec import Trial, TrialSpec
from ablation.spec.encoders import MultiHot
from ablation.spec.normalizers import Rescale
from ablation.training.feeding.inputs import sparse_where_possible
from ablation.training.fitting import Fitted, fit, predict
from ablation.training.folder import Folder
from ablation.training.saving import save_model
from tests.conftest import rarely

from ..small import head

WORDS = 40
HIDDEN = {"kind": "dense", "name": "hidden", "units": 5, "activation": "tanh"}
OUTPUT = {"kind": "dense", "name": "output", "units": 2}
L1_L2 = {"kernel_regularizer": {"kind": "l1_l2", "l1": 1e-2, "l2": 1e-2}, "bias_regularizer": {"kind": "l2"}}
BRANCHES = [
    HIDDEN,
    {**HIDDEN, "name": "wide", "units": 7, "use_bias": False, "inputs": ["INPUT"], "activation": "sigmoid"},
    {"kind": "concatenate", "name": "both", "inputs": ["hidden", "wide"]},
    {"kind": "dropout", "name": "drop", "rate": 0.3},
    OUTPUT,
]
CASES: dict[str, dict[str, Any]] = {
    "binary": {},
    "count": {"mode": "count"},
    "tf_idf": {"mode": "tf_idf"},
    "one_layer_of_probabilities": {"layers": [{**OUTPUT, "activation": "softmax"}]},
    "regularizers": {"layers": [HIDDEN | L1_L2, OUTPUT]},
    "constraint": {"layers": [HIDDEN | {"kernel_constraint": {"kind": "max_norm", "max_value": 0.5}}, OUTPUT]},
    "class_weights": {"training": {"class_weights": [0.2, 3.0]}},
    "two_layers_on_the_input": {"layers": BRANCHES},
    "adam_with_averages": {"training": {"optimizer": {"kind": "adam", "use_ema": True}}},
    "wide_layer": {"layers": [{**HIDDEN, "units": 32}, OUTPUT]},
    "phases": {"training": {"phases": [{"name": "head", "epochs": 1, "freeze": ["hidden"]}]}},
    "early_stopping": {"training": {"early_stopping": {"patience": 1}}},
    "diagnostics": {"layers": [{**HIDDEN, "activation": "relu"}, OUTPUT], "training": {"diagnostics": True}},
}


def trial(case: dict[str, Any], **training: Any) -> Trial:
    settings = {"optimizer": {"kind": "rmsprop"}, "epochs": 3, "batch_size": 16, "metrics": ["accuracy", "auc"]}
    spec = {
        "data": {"dataset": "imdb", "encode": encoder(case).model_dump()},
        "model": {"layers": case.get("layers", [HIDDEN, OUTPUT])},
        "training": settings | case.get("training", {}) | training,
    }
    return Trial(study="small", variant="plain", seed=3, spec=TrialSpec.model_validate(spec))


def encoder(case: dict[str, Any]) -> MultiHot:
    return MultiHot(kind="multi_hot", vocabulary_size=WORDS, mode=case.get("mode", "binary"))


def prepared(case: dict[str, Any]) -> Prepared:
    """Draw texts of 0 to 30 words in no order, most of them frequent ones."""
    draw = np.random.default_rng(0)
    texts: list[Array] = [(WORDS * draw.random(draw.integers(0, 31)) ** 2).astype(np.int32) for _ in range(90)]
    encoding = fit_encoding(encoder(case), [texts[:50]])
    labels = np.array([(text < 4).sum() > (text > 20).sum() for text in texts], dtype=np.int32)

    def split(of: slice) -> Split:
        return Split(words_of(encoder(case), texts[of]), labels[of], encoding=encoding)

    return Prepared(split(slice(50)), split(slice(50, 75)), split(slice(75, None)), normalizer=())


def fitted(of: Trial, data: Prepared, directory: Path) -> tuple[keras.Model, Fitted, dict[str, Array], keras.Model]:
    """Return the plain model after training, what `fit` says, the outputs, and the model that was fitted."""
    keras.utils.set_random_seed(0)
    model = build_model(of.spec.model, input_shape=(WORDS,), seed=of.seed)
    twin, data = sparse_where_possible(model, of.spec, data)
    directory.mkdir()
    done = fit(twin, of, data, head(of, 2), Folder(directory))
    return model, done, predict(twin, data), twin


def is_sparse(of: Trial, data: Prepared) -> bool:
    """Whether this is fitted with sparse rows; the model's form and that of the splits always agree."""
    model = build_model(of.spec.model, input_shape=(WORDS,), seed=of.seed)
    twin, chosen = sparse_where_possible(model, of.spec, data)
    forms = {twin is not model, *(each.is_sparse for each in (chosen.train, chosen.validation, chosen.test))}
    assert len(forms) == 1
    return forms.pop()


@pytest.mark.parametrize("name", rarely(CASES, but=["binary", "tf_idf"]))
def test_sparse_rows_train_what_dense_rows_do(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    assert is_sparse(trial(case), prepared(case))
    model, sparse, outputs, _ = fitted(trial(case), prepared(case), tmp_path / "sparse")
    plain, dense, expected, _ = fitted(trial(case, sparse_inputs=False), prepared(case), tmp_path / "dense")
    assert sparse.best_epoch == dense.best_epoch
    assert [row.keys() for row in sparse.log.history] == [row.keys() for row in dense.log.history]
    for ours, theirs in zip(sparse.log.history, dense.log.history, strict=True):
        assert list(ours.values()) == pytest.approx(list(theirs.values()), rel=1e-4, abs=1e-5)
    for mine, other in zip(model.get_weights(), plain.get_weights(), strict=True):
        assert np.allclose(mine, other, rtol=1e-4, atol=1e-5)
    assert [list(row.values())[:3] for row in sparse.log.layers] == [list(row.values())[:3] for row in dense.log.layers]
    assert outputs.keys() == {"train", "val", "test"}
    assert all(np.allclose(outputs[split], expected[split], atol=1e-4) for split in expected)


def test_sparse_rows_are_summed_in_float32_and_handed_on_in_16_bits() -> None:
    of, data = trial({}), prepared({})
    model = build_model(of.spec.model, input_shape=(WORDS,), seed=of.seed, precision="mixed_bfloat16")
    twin, chosen = sparse_where_possible(model, of.spec, data)
    assert twin is not model
    assert {layer.output.dtype for layer in twin.layers[1:-1]} == {"bfloat16"}
    assert twin.output.dtype == "float32"
    outputs = predict(twin, chosen)["test"], predict(model, data)["test"]
    np.testing.assert_allclose(*outputs, rtol=0.05, atol=0.02)


def test_training_with_sparse_rows_changes_the_weights_it_began_with(tmp_path: Path) -> None:
    of = trial({})
    begun = build_model(of.spec.model, input_shape=(WORDS,), seed=of.seed).get_weights()
    model = fitted(of, prepared({}), tmp_path / "fit")[0]
    twin = sparse_where_possible(build_model(of.spec.model, input_shape=(WORDS,), seed=of.seed), of.spec, prepared({}))
    assert all(np.array_equal(*pair) for pair in zip(twin[0].get_weights(), begun, strict=True))
    assert not any(np.allclose(*pair) for pair in zip(model.get_weights(), begun, strict=True))


@pytest.mark.parametrize(
    "name",
    rarely(
        ["binary", "wide_layer", "two_layers_on_the_input", "adam_with_averages", "phases"], but=["adam_with_averages"]
    ),
)
def test_saved_model_takes_dense_rows_and_says_the_same(tmp_path: Path, name: str) -> None:
    of, data = trial(CASES[name]), prepared(CASES[name])
    model, _, outputs, twin = fitted(of, data, tmp_path / "fit")
    save_model(model, twin.optimizer, of.spec.training, head(of, 2), tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    rows = data.test.read(slice(None))
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {"keras"}
    assert np.allclose(loaded.predict(rows, verbose=0), outputs["test"], atol=1e-5)
    assert int(loaded.optimizer.iterations) == 4 * of.spec.training.total_epochs
    states = zip(loaded.optimizer.variables, model.optimizer.variables, strict=True)
    assert all(np.array_equal(mine, theirs) for mine, theirs in states)
    assert np.isfinite(loaded.train_on_batch(rows, head(of, 2).encoder()(data.test.y))[0])


NOT_SPARSE: dict[str, dict[str, Any]] = {
    "switched_off": {"training": {"sparse_inputs": False}},
    "dropout_on_the_input": {"layers": [{"kind": "dropout", "name": "drop", "rate": 0.5}, HIDDEN, OUTPUT]},
    "penalty_on_what_the_layer_gives": {
        "layers": [{**HIDDEN, "activity_regularizer": {"kind": "l2", "factor": 0.1}}, OUTPUT]
    },
    "another_layer_on_the_input": {
        "layers": [
            {**HIDDEN, "units": WORDS},
            {"kind": "add", "name": "both", "inputs": ["hidden", "INPUT"]},
            OUTPUT,
        ]
    },
    "residual_block_on_the_input": {
        "layers": [{"kind": "residual", "name": "block", "layers": [{**HIDDEN, "units": WORDS}]}, OUTPUT]
    },
}


@pytest.mark.parametrize("name", NOT_SPARSE)
def test_other_models_are_given_dense_rows(name: str) -> None:
    assert not is_sparse(trial(NOT_SPARSE[name]), prepared({}))


def test_other_backends_are_given_dense_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert not is_sparse(trial({}), prepared({}))


def test_gpu_is_given_dense_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["one"] if kind == "GPU" else [])
    assert not is_sparse(trial({}), prepared({}))


def test_rows_that_are_normalised_are_dense() -> None:
    scaled = prepared({}).train.followed_by((FittedStep(Rescale(kind="rescale", scale=0.5)),))
    data = Prepared(scaled, scaled, scaled, normalizer=())
    assert not is_sparse(trial({}), data)


def test_rows_that_are_stored_as_numbers_are_dense() -> None:
    rows = prepared({}).train.read(slice(None))
    whole = Split(rows, prepared({}).train.y)
    assert not is_sparse(trial({}), Prepared(whole, whole, whole, normalizer=()))


@pytest.mark.parametrize("mode", ["binary", "count", "tf_idf"])
def test_sparse_rows_are_the_numbers_of_the_dense_rows(mode: str) -> None:
    split = prepared({"mode": mode}).with_sparse_rows().train
    which = np.array([7, 3, 3, 49])
    found = split.read_inputs(which)
    assert not isinstance(found, np.ndarray)
    rows = np.zeros(found.shape, dtype=np.float32)
    rows[tuple(found.indices.T)] = found.values
    assert np.array_equal(rows, split.read(which))
    assert np.array_equal(found.indices, np.argwhere(rows))
