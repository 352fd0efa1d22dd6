from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import create_model

from ablation.spec import Surroundings, Trial, canonical_json, digest, fingerprint
from ablation.spec.training import TrainingSpec

from .documents import SMALL, changed, load

HERE = Surroundings(dataset_sha256="a" * 64, code_sha256="b" * 64, versions={"keras": "3.15.1", "tensorflow": "2.21.0"})


def first(directory: Path, text: str = SMALL, *overrides: str) -> str:
    """Return the fingerprint of the first trial."""
    return fingerprint(load(directory, text, overrides=overrides).trials[0], HERE)


NO_CHANGE = {
    "comment": changed("epochs: 2", "epochs: 2 # a comment"),
    "order_of_keys": changed(
        "{kind: dense, name: hidden, units: 8, activation: relu}",
        "{activation: relu, units: 8, name: hidden, kind: dense}",
    ),
    "order_of_sections": changed("seeds: [0, 1]\n", "").replace("study: small\n", "seeds: [0, 1]\nstudy: small\n"),
    "name_of_the_variant": changed("  plain:", "  renamed:").replace("baseline: plain", "baseline: renamed"),
    "name_of_the_study": changed("study: small", "study: large"),
    "question_and_source": changed("data:\n", "question: Why?\nsource: A book\ndata:\n"),
    "other_seeds": changed("[0, 1]", "[0, 7, 8]"),
    "other_variants": changed("enabled: true", "rate: 0.1, model.layers.drop.enabled: true"),
    "comparison": changed("{metric: val_loss, baseline: plain}", "{metric: test_accuracy, margin: 0.5}"),
    "runtime": SMALL + "runtime: {workers: 3, threads: 2, timeout_min: 5}\n",
    "settings_of_a_disabled_layer": changed("rate: 0.5", "rate: 0.1"),
    "default_written_out": changed("epochs: 2", "epochs: 2\n  batch_size: 32\n  metrics: [accuracy]"),
    "number_written_otherwise": changed("learning_rate: 0.1", "learning_rate: 1.0e-1"),
    "flow_style": changed("  validation: {fraction: 0.25}", "  validation:\n    fraction: 0.25"),
}


@pytest.mark.parametrize("text", NO_CHANGE.values(), ids=NO_CHANGE.keys())
def test_fingerprint_stays_when_nothing_changes_the_result(tmp_path: Path, text: str) -> None:
    assert first(tmp_path, text) == first(tmp_path)


CHANGES = [
    "data.subset={train: 100}",
    "data.subset={test: 100}",
    "data.validation={fraction: 0.5}",
    "data.validation={count: 5}",
    "data.validation={use: test}",
    "data.normalize=[]",
    "data.normalize.0.scale=0.5",
    "data.normalize.0.offset=1.0",
    "data.normalize=[{kind: standardize}]",
    "data.normalize=[{kind: standardize, per: dataset}]",
    "model.layers.hidden.units=9",
    "model.layers.hidden.activation=tanh",
    "model.layers.hidden.use_bias=false",
    "model.layers.hidden.name=other",
    "model.layers.hidden.kernel_initializer={kind: he_normal}",
    "model.layers.hidden.bias_initializer={kind: constant, value: 0.1}",
    "model.layers.hidden.kernel_regularizer={kind: l2}",
    "model.layers.hidden.kernel_regularizer={kind: l1}",
    "model.layers.hidden.bias_regularizer={kind: l1_l2, l1: 0.1}",
    "model.layers.output.activation=softmax",
    "training.optimizer={kind: sgd, learning_rate: 0.2}",
    "training.optimizer.momentum=0.9",
    "training.optimizer.nesterov=true",
    "training.optimizer={kind: adam, learning_rate: 0.1}",
    "training.optimizer={kind: rmsprop, learning_rate: 0.1}",
    "training.loss={kind: mean_squared_error}",
    "training.loss.label_smoothing=0.1",
    "training.metrics=[]",
    "training.epochs=3",
    "training.batch_size=16",
    "training.precision=mixed_bfloat16",
    "training.precision=mixed_float16",
    "seeds=[5]",
]


def test_fingerprint_changes_with_every_value_that_can_change_the_result(tmp_path: Path) -> None:
    found = {change: first(tmp_path, SMALL, change) for change in CHANGES}
    found["nothing"] = first(tmp_path)
    assert len(set(found.values())) == len(CHANGES) + 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        HERE.model_copy(update={"dataset_sha256": "c" * 64}),
        HERE.model_copy(update={"code_sha256": "c" * 64}),
        HERE.model_copy(update={"versions": {"keras": "3.15.2", "tensorflow": "2.21.0"}}),
        HERE.model_copy(update={"versions": {"keras": "3.15.1", "jax": "0.7.0"}}),
    ],
    ids=["dataset", "code", "version", "backend"],
)
def test_fingerprint_changes_with_what_surrounds_the_trial(tmp_path: Path, elsewhere: Surroundings) -> None:
    trial = load(tmp_path).trials[0]
    assert fingerprint(trial, elsewhere) != fingerprint(trial, HERE)


def test_data_is_told_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    assert first(tmp_path, SMALL, "data.dataset=mnist") == first(tmp_path)


BACKBONE = (
    changed(
        "    - {kind: flatten, name: flat}\n",
        "    - {kind: backbone, name: net, network: mobilenet_v2, weights: {file: a.h5, sha256: DIGEST}}\n"
        "    - {kind: flatten, name: flat}\n",
    )
    .replace("normalize:", "augment: []\n  normalize:")
    .replace("DIGEST", "a" * 64)
)


def test_weights_are_told_by_their_digest_and_not_by_their_address(tmp_path: Path) -> None:
    path = "model.layers.net.weights"
    text = BACKBONE.replace("dataset: digits", "dataset: cifar10")
    assert first(tmp_path, text, f"{path}.file=b.h5") == first(tmp_path, text)
    assert first(tmp_path, text, f"{path}.url=https://example.org/a.h5") == first(tmp_path, text)
    assert first(tmp_path, text, f"{path}.sha256={'b' * 64}") != first(tmp_path, text)


def test_fingerprint_changes_when_a_default_changes(tmp_path: Path) -> None:
    trial = load(tmp_path).trials[0]
    larger = create_model("TrainingSpec", __base__=TrainingSpec, batch_size=(int, 64))
    spec = load(tmp_path).variants[0].spec
    written = spec.training.model_dump(exclude_unset=True)
    assert "batch_size" not in written
    resolved = spec.model_copy(update={"training": larger.model_validate(written)})
    assert fingerprint(trial.model_copy(update={"spec": resolved}), HERE) != fingerprint(trial, HERE)


def test_equal_variants_of_two_studies_share_a_fingerprint(tmp_path: Path) -> None:
    here = load(tmp_path).trials[2]
    there = load(tmp_path, changed("enabled: false", "enabled: true").replace("enabled: true}}", "rate: 0.1}}")).trials[
        0
    ]
    assert (here.variant, there.variant) == ("dropout", "plain")
    assert fingerprint(here, HERE) == fingerprint(there, HERE)


def test_fingerprint_survives_a_journey_as_json(tmp_path: Path) -> None:
    trial = load(tmp_path).trials[0]
    assert fingerprint(Trial.model_validate_json(trial.model_dump_json()), HERE) == fingerprint(trial, HERE)


def test_canonical_json_is_sorted_compact_ascii() -> None:
    assert canonical_json({"b": [1.0, "ü"], "a": None}) == b'{"a":null,"b":[1.0,"\\u00fc"]}'


def test_canonical_json_of_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


def test_digest_is_the_sha256_of_the_canonical_json() -> None:
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_surroundings_that_are_equal_are_one_key() -> None:
    same = HERE.model_copy(update={"versions": dict(reversed(HERE.versions.items()))})
    assert {HERE: "found"}[same] == "found"
    assert HERE.model_copy(update={"code_sha256": "c" * 64}) not in {HERE: "found"}
