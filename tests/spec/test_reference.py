from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import TypeAdapter

from ablation.spec import SpecError, load_study
from ablation.spec.reading.annotations import models
from ablation.spec.reference import FAMILIES, json_schema, reference, schema_text
from ablation.spec.reference.examples import example
from ablation.spec.reference.schema import kinds_of

from .documents import SMALL, changed

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.y*ml"))
DEFINITIONS = json_schema()["$defs"]
WHOLE = {name: schema for name, schema in DEFINITIONS.items() if not name.startswith(("partial.", "extension"))}
KINDS = sorted(name for name, schema in WHOLE.items() if "." in name and kinds_of(schema))
FIELDS = [(name, key) for name, schema in WHOLE.items() for key in schema.get("properties", {})]
GUIDE = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs" / "spec.md").read_text(encoding="utf-8"), re.M | re.S)
STUDY = next(block for block in GUIDE if block.startswith("study:"))


def plain(path: Path) -> dict[str, Any]:
    """Read one file as an editor does: without what it extends."""
    from ablation.spec.reading.files import read_document

    return read_document(path).data


def errors(document: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(json_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize(("name", "made"), [("spec.md", reference), ("spec.schema.json", schema_text)])
def test_committed_document_is_what_the_models_say(name: str, made: Any) -> None:
    committed = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert committed == made(), f"docs/{name} is out of date: run `make docs`"


def test_schema_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_schema_accepts_every_shipped_spec(path: Path) -> None:
    assert errors(plain(path)) == []


ACCEPTED = {
    "as it is": SMALL,
    "number of seeds": changed("seeds: [0, 1]", "seeds: 2"),
    "whole number for a number": changed("learning_rate: 0.1", "learning_rate: 1"),
    "whole set as a batch": changed("  epochs: 2\n", "  epochs: 2\n  batch_size: all\n"),
    "null for none": changed("units: 8,", "units: 8, kernel_regularizer: null,"),
    "defaults of layers": changed("model:\n", "model:\n  defaults: {dense: {use_bias: false}}\n"),
    "gate": SMALL + "gates: [{name: good, metric: val_accuracy, minimum: 0.1}]\n",
    "factors": re.sub(
        r"variants:.*",
        "factors: {drop: {set: {model.layers.drop.enabled: true}}}\ndesign: {kind: add_one_in}\n",
        SMALL,
        flags=re.DOTALL,
    ),
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_schema_accepts_what_can_be_loaded(tmp_path: Path, text: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_study(path).trials
    assert errors(plain(path)) == []


EXTENDING = {
    "other epochs": "training: {epochs: 3}",
    "setting of the optimiser that is there": "training: {optimizer: {learning_rate: 0.2}}",
    "another loss": "training: {loss: {kind: categorical_crossentropy, label_smoothing: 0.1}}",
    "key removed with null": "compare: {baseline: null}\nvariants: {plain: null, base: {}}",
    "section removed with null": "compare: null",
    "other layers": "model: {layers: [{kind: flatten, name: drop}, {kind: dense, name: output, units: 10}]}\n"
    "variants: {dropout: null}",
    "share of the validation": "data: {validation: {fraction: 0.5}}",
}


@pytest.mark.parametrize("text", EXTENDING.values(), ids=EXTENDING)
def test_schema_accepts_a_file_that_says_only_what_differs(tmp_path: Path, text: str) -> None:
    (tmp_path / "base.yaml").write_text(SMALL, encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text(f"extends: base.yaml\n{text}\n", encoding="utf-8")
    assert load_study(path).trials
    assert errors(plain(path)) == []


WRONG = {
    "missing section": (re.sub(r"training:.*?(?=seeds)", "", SMALL, flags=re.DOTALL), "'training' is a required"),
    "missing setting": (changed("units: 8, ", ""), "is not valid under any"),
    "unknown key": (SMALL + "sedes: 3\n", "'sedes' was unexpected"),
    "unknown key of a layer": (changed("units: 8", "units: 8, unitz: 8"), "is not valid under any"),
    "unknown kind": (changed("kind: sgd", "kind: sdg"), "is not valid under any"),
    "number out of range": (changed("rate: 0.5", "rate: 1.5"), "is not valid under any"),
    "text for a number": (changed("epochs: 2", "epochs: many"), "is not of type 'integer'"),
    "name of a study": (changed("study: small", "study: Small Study"), "does not match"),
    "name of a variant": (changed("  plain: {}", "  plain one: {}"), "'plain one'"),
    "default that no layer has": (
        changed("model:\n", "model:\n  defaults: {dense: {unitz: 1}}\n"),
        "'unitz' was unexpected",
    ),
    "default of each layer's own": (
        changed("model:\n", "model:\n  defaults: {dense: {name: x}}\n"),
        "'name' was unexpected",
    ),
    "unknown key beside extends": ("extends: base.yaml\nsedes: 3\n", "'sedes' was unexpected"),
    "wrong kind beside extends": ("extends: base.yaml\ntraining: {optimizer: {kind: sdg}}\n", "is not valid under any"),
    "file that is not YAML": ("extends: base.txt\n", "does not match"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_schema_refuses_what_cannot_be_loaded(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "base.yaml").write_text(SMALL, encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError):
        load_study(path)
    found = errors(plain(path))
    assert [error for error in found if message in error], found


def test_every_field_is_described() -> None:
    assert len(FIELDS) > 500
    assert [place for place in FIELDS if not WHOLE[place[0]]["properties"][place[1]].get("description")] == []


def is_of_scalars(node: dict[str, Any]) -> bool:
    options = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    return node.get("type") in ("integer", "number", "string") or any(map(is_of_scalars, options))


def test_every_number_and_text_has_a_default_an_example_or_choices() -> None:
    known = {"default", "examples", "const", "enum"}
    nodes = {(name, key): WHOLE[name]["properties"][key] for name, key in FIELDS}
    bare = [
        place
        for place, node in nodes.items()
        if is_of_scalars(node) and not any(known & option.keys() for option in (node, *node.get("anyOf", ())))
    ]
    assert bare == []


def test_titles_are_kinds_never_names_of_classes() -> None:
    titles = {schema["title"] for schema in DEFINITIONS.values() if "title" in schema}
    assert titles == {kinds_of(schema)[0] for schema in DEFINITIONS.values() if len(kinds_of(schema)) == 1}
    assert not re.search(r'"title": "[A-Z](?!blation study)', schema_text())


@pytest.mark.parametrize("name", KINDS)
def test_example_of_a_kind_is_valid(name: str) -> None:
    family = next(family for family in FAMILIES if name.startswith(f"{family.name}."))
    TypeAdapter(family.union).validate_python(yaml.safe_load(example(name, WHOLE[name])))
    assert f"```yaml\n{example(name, WHOLE[name])}\n```" in reference()


def test_reference_has_every_kind_of_every_family() -> None:
    headings = {kind for line in re.findall(r"^### (.*)$", reference(), re.M) for kind in re.findall(r"`(\w+)`", line)}
    kinds = {kind for name in KINDS for kind in kinds_of(WHOLE[name])}
    assert len([model for family in FAMILIES for model in models(family.union)]) == len(KINDS)
    assert headings == kinds


@pytest.mark.parametrize("block", [block for block in GUIDE if block.startswith("study:")])
def test_whole_study_of_the_guide_can_be_run(tmp_path: Path, block: str) -> None:
    (tmp_path / "spec.yaml").write_text(block, encoding="utf-8")
    study = load_study(tmp_path / "spec.yaml")
    assert [variant.name for variant in study.variants] == ["baseline", "dropout"]
    assert len(study.trials) == 6


@pytest.mark.parametrize(
    ("start", "without", "variants"),
    [
        ("variants:", (), ["baseline", "wider", "sgd", "raw", "l2", "dropout"]),
        ("factors:", ("variants", "compare"), ["none", "width.wide", "dropout", "dropout-width.wide"]),
        ("model:", ("variants", "compare"), ["baseline"]),
        ("extends:", (), ["baseline", "dropout"]),
    ],
)
def test_part_of_a_study_in_the_guide_can_be_run(
    tmp_path: Path, start: str, without: tuple[str, ...], variants: list[str]
) -> None:
    part = next(block for block in GUIDE if block.startswith(start))
    (tmp_path / "base.yaml").write_text(STUDY, encoding="utf-8")
    removed = "".join(f"{key}: null\n" for key in without)
    extends = "" if start == "extends:" else "extends: base.yaml\n"
    (tmp_path / "spec.yaml").write_text(extends + removed + part, encoding="utf-8")
    study = load_study(tmp_path / "spec.yaml")
    assert sorted(variant.name for variant in study.variants) == sorted(variants)


DATA = [block for block in GUIDE if block.startswith("data:")]
LEARNING = """\
study: own
model:
  layers: [{kind: flatten, name: flat}, {kind: dense, name: output, units: %d}]
training: {optimizer: {kind: sgd, learning_rate: 0.1}, epochs: 1, loss: {kind: %s}, metrics: [%s]}
seeds: [0]
variants: {baseline: {}, longer: {set: {training.epochs: 2}}}
"""


def test_guide_has_an_example_of_every_kind_of_own_data() -> None:
    kinds = [yaml.safe_load(block)["data"]["dataset"]["format"]["kind"] for block in DATA]
    assert kinds == ["csv", "csv", "image_folders", "image_folders", "image_folders", "tfrecord", "npz", "parquet"]


@pytest.mark.parametrize("block", DATA, ids=lambda block: yaml.safe_load(block)["data"]["dataset"]["format"]["kind"])
def test_data_of_the_guide_can_be_learnt_from(tmp_path: Path, block: str) -> None:
    is_regression = "classes:" not in block
    learning = (1, "mean_squared_error", "mae") if is_regression else (2, "sparse_categorical_crossentropy", "accuracy")
    (tmp_path / "spec.yaml").write_text(LEARNING % learning + block, encoding="utf-8")
    study = load_study(tmp_path / "spec.yaml")
    assert len(study.trials) == 2
    assert study.warnings == ()
    assert errors(plain(tmp_path / "spec.yaml")) == []


def test_reference_says_of_every_design_what_runs() -> None:
    designs = [name.removeprefix("design.") for name in KINDS if name.startswith("design.")]
    assert [name for name in designs if f"| `{name}` |" not in reference()] == []
