"""Whatever is set in a spec is in the fingerprint of its trials, and however it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ablation.spec import Surroundings, TrialSpec, digest, fingerprint
from ablation.spec.base import SpecModel
from ablation.spec.study import RESULT_SECTIONS

from .documents import changed, load
from .rich import RICH

HERE = Surroundings(dataset_sha256="a" * 64, code_sha256="b" * 64, versions={"keras": "3.15.1"})
DOCUMENT = yaml.safe_load(RICH)


def first(directory: Path, text: str = RICH, *overrides: str) -> str:
    """Return the fingerprint of the first trial."""
    return fingerprint(load(directory, text, overrides=overrides).trials[0], HERE)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Return the path and value of everything in a document that is no mapping and no list."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, item in items:
        step = item["name"] if isinstance(item, dict) and isinstance(key, int) and "name" in item else str(key)
        yield from leaves(item, f"{path}.{step}" if path else step)


def another(value: Any) -> Any:
    """Return a value of the same type, near enough to be valid in many places."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + type(value)(1) if isinstance(value, int) else value * 0.75
    return {"same": "valid", "elu": "relu", "projection": "none", "val_loss": "val_accuracy"}.get(value)


LEAVES = [
    (path, another(value))
    for section in RESULT_SECTIONS
    for path, value in leaves(DOCUMENT[section], section)
    if another(value) is not None
]
# What another value makes a model that cannot be built, rather than another model.
REFUSED = {
    "model.layers.image.target_shape.0",
    "model.layers.image.target_shape.1",
    "model.layers.image.target_shape.2",
    "model.layers.block.layers.inner.padding",
    "model.layers.output.units",
}


def test_rich_spec_has_many_settings() -> None:
    assert len(LEAVES) >= 45
    assert {path for path, _ in LEAVES} >= REFUSED


@pytest.mark.parametrize(("path", "value"), [leaf for leaf in LEAVES if leaf[0] not in REFUSED])
def test_fingerprint_changes_with_any_setting(tmp_path: Path, path: str, value: Any) -> None:
    assert first(tmp_path, RICH, f"{path}={json.dumps(value)}") != first(tmp_path)


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


def test_fingerprint_stays_when_every_key_is_in_another_order(tmp_path: Path) -> None:
    text = yaml.safe_dump(reversed_keys(DOCUMENT), sort_keys=False)
    assert text.index("training:") < text.index("study:")
    assert first(tmp_path, text) == first(tmp_path)


def test_fingerprint_stays_when_every_default_is_written_out(tmp_path: Path) -> None:
    study = load(tmp_path, RICH)
    whole = study.spec.model_dump(mode="json", include=set(RESULT_SECTIONS))
    text = yaml.safe_dump({"study": "rich", **whole})
    assert len(text) > 2 * len(RICH)
    assert first(tmp_path, text) == fingerprint(study.trials[0], HERE)


SAME = {
    "input_written_out": changed("name: norm,", "name: norm, inputs: [conv],", RICH),
    "input_of_the_samples_written_out": changed("name: image,", "name: image, inputs: [INPUT],", RICH),
    "input_inside_a_block_written_out": changed(
        "          name: inner\n", "          name: inner\n          inputs: [INPUT]\n", RICH
    ),
    "disabled_layer_between": changed(
        "    - {kind: relu", "    - {kind: elu, name: off, enabled: false}\n    - {kind: relu", RICH
    ),
    "disabled_phase": changed("phases: [", "phases: [{name: off, epochs: 9, enabled: false}, ", RICH),
    "default_of_a_kind": changed(
        "model:\n", "model:\n  defaults: {dropout: {rate: 0.5}}\n", changed(", rate: 0.5", "", RICH)
    ),
    "whole_number_for_a_number": changed("clipnorm: 2.0", "clipnorm: 2", RICH),
    "alias": changed("validation: {fraction: 0.25}", "validation: {fraction: &q 0.25}", RICH).replace(
        "learning_rate: 0.25", "learning_rate: *q"
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_fingerprint_stays_however_the_same_is_written(tmp_path: Path, name: str) -> None:
    assert first(tmp_path, SAME[name]) == first(tmp_path)


def test_fingerprint_stays_when_a_spec_is_extended_without_a_change(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(RICH, encoding="utf-8")
    assert first(tmp_path, "extends: base.yaml\nstudy: other\nseeds: [0]\n") == first(tmp_path)


def test_input_from_elsewhere_changes_the_fingerprint(tmp_path: Path) -> None:
    assert first(tmp_path, changed("inputs: [act, block]", "inputs: [norm, block]", RICH)) != first(tmp_path)
    assert first(tmp_path, changed("inputs: [act, block]", "inputs: [block, act]", RICH)) != first(tmp_path)


def models(model: type[SpecModel]) -> Iterator[type[SpecModel]]:
    yield model
    for child in model.__subclasses__():
        yield from models(child)


def test_no_model_leaves_a_field_out_or_writes_it_otherwise() -> None:
    found = set(models(SpecModel))
    assert len(found) > 100
    assert [model for model in found for field in model.model_fields.values() if field.exclude] == []
    decorators = [(model, model.__pydantic_decorators__) for model in found]
    assert [model for model, each in decorators if each.field_serializers or each.model_serializers] == []


def test_digest_of_a_spec_is_that_of_its_json(tmp_path: Path) -> None:
    spec = load(tmp_path, RICH).variants[0].spec
    assert digest(spec) == digest(json.loads(spec.model_dump_json()))
    assert TrialSpec.model_validate_json(spec.model_dump_json()) == spec
