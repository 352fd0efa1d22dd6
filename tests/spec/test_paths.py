from __future__ import annotations

from pathlib import Path

import pytest

from ablation.spec import Study, load_study
from ablation.spec.layers import Dense, Dropout
from ablation.spec.optimizers import Sgd
from ablation.spec.reading.paths import PathError, display, find
from ablation.spec.regularizers import L2

from .documents import OPTIMIZER, SMALL, changed, load, problems

DATA = {
    "model": {"layers": [{"name": "hidden_1", "units": 1}, {"name": "hidden_2", "units": 2}, {"name": "output"}]},
    "training": {"epochs": 2},
    "list": ["a", "b"],
}

FOUND = {
    "training.epochs": [("training", "epochs")],
    "model.layers.output": [("model", "layers", 2)],
    "model.layers.hidden_*.units": [("model", "layers", 0, "units"), ("model", "layers", 1, "units")],
    "model.layers.*.name": [
        ("model", "layers", 0, "name"),
        ("model", "layers", 1, "name"),
        ("model", "layers", 2, "name"),
    ],
    "model.layers.output.units": [("model", "layers", 2, "units")],
    "*ing.epochs": [("training", "epochs")],
    "list.1": [("list", 1)],
    "data.subset.train": [("data", "subset", "train")],
}


@pytest.mark.parametrize("path", FOUND)
def test_path_finds_what_it_names(path: str) -> None:
    assert find(DATA, path) == FOUND[path]


NOWHERE = {
    "model.layers.hidden_3.units": "nothing in model.layers matches 'hidden_3'. Did you mean hidden_2?",
    "model.layers.0.units": "nothing in model.layers matches '0'. Choose from: hidden_1, hidden_2, output.",
    "list.2": "nothing in list matches '2'. Choose from: 0, 1.",
    "mod*l.layer*.x*": "nothing in mod*l.layer* matches 'x*'. Choose from: hidden_1, hidden_2, output.",
    "training.epoch?.x": "nothing in training.epoch? matches 'x'.",
    "nowhere*": "nothing in the spec matches 'nowhere*'. Choose from: list, model, training.",
    "a..b": "'a..b' is not a path; write it like model.layers.hidden_1.units",
    "": "'' is not a path; write it like model.layers.hidden_1.units",
}


@pytest.mark.parametrize("path", NOWHERE)
def test_path_that_leads_nowhere_says_what_is_there(path: str) -> None:
    with pytest.raises(PathError) as raised:
        find(DATA, path)
    assert str(raised.value) == NOWHERE[path]


def test_location_is_displayed_with_the_names_of_layers() -> None:
    assert display(DATA, ("model", "layers", 1, "units")) == "model.layers.hidden_2.units"
    assert display(DATA, ("list", 1)) == "list.1"


def test_wildcard_changes_every_layer_it_matches(tmp_path: Path) -> None:
    study = load(tmp_path, overrides=("model.layers.*d*n.units=3",))
    (hidden,) = [layer for layer in study.variants[0].spec.model.layers if layer.name == "hidden"]
    assert isinstance(hidden, Dense)
    assert hidden.units == 3


def test_path_by_position_changes_an_item_without_a_name(tmp_path: Path) -> None:
    study = load(tmp_path, overrides=("data.normalize.0.scale=0.5",))
    assert [str(step) for step in study.variants[0].spec.data.normalize] == [
        "enabled=True kind='rescale' scale=0.5 offset=0.0"
    ]


def test_later_path_of_a_variant_refines_an_earlier_one(tmp_path: Path) -> None:
    new = "hidden.kernel_regularizer: {kind: l2, factor: 0.1}, model.layers.hidden.kernel_regularizer.factor: 0.3"
    study = load(tmp_path, changed("drop.enabled: true", new))
    (hidden,) = [layer for layer in study.variants[1].spec.model.layers if layer.name == "hidden"]
    assert isinstance(hidden, Dense)
    assert hidden.kernel_regularizer == L2(kind="l2", factor=0.3)


def test_path_below_a_section_that_is_left_out_keeps_the_default_kind(tmp_path: Path) -> None:
    study = load(tmp_path, changed(OPTIMIZER, ""), overrides=("training.optimizer.learning_rate=0.5",))
    optimizer = study.variants[0].spec.training.optimizer
    assert (optimizer.kind, optimizer.learning_rate) == ("adam", 0.5)


def test_path_below_a_section_that_is_left_out_works_in_a_variant(tmp_path: Path) -> None:
    text = changed("model.layers.drop.enabled: true", "training.loss.label_smoothing: 0.1")
    losses = [variant.spec.training.loss for variant in load(tmp_path, text).variants]
    assert [str(loss) for loss in losses] == [
        "kind='categorical_crossentropy' label_smoothing=0.0",
        "kind='categorical_crossentropy' label_smoothing=0.1",
    ]


def test_path_below_a_section_that_is_left_out_creates_one_without_a_kind(tmp_path: Path) -> None:
    study = load(tmp_path, overrides=("data.subset.train=100", "runtime.workers=2"))
    assert study.variants[0].spec.data.subset.train == 100
    assert study.spec.runtime.workers == 2


def test_path_to_a_setting_that_the_default_kind_lacks_says_what_it_has(tmp_path: Path) -> None:
    text = changed(OPTIMIZER, "")
    (problem,) = problems(tmp_path, text, overrides=("training.optimizer.momentum=0.9",))
    assert str(problem) == (
        "--set training.optimizer.momentum=0.9: training.optimizer.momentum: unknown key\n  Did you mean ema_momentum?"
    )


def test_path_below_a_section_of_another_kind_keeps_its_kind(tmp_path: Path) -> None:
    study = load(tmp_path, overrides=("training.optimizer.momentum=0.9",))
    assert study.variants[0].spec.training.optimizer == Sgd(kind="sgd", learning_rate=0.1, momentum=0.9)


def rates(study: Study) -> list[float]:
    return [layer.rate for layer in study.variants[1].spec.model.layers if isinstance(layer, Dropout)]


def test_variant_changes_win_over_overrides_of_the_base(tmp_path: Path) -> None:
    text = changed("drop.enabled: true", "drop.enabled: true, model.layers.drop.rate: 0.25")
    assert rates(load(tmp_path, text, overrides=("model.layers.drop.rate=0.75",))) == [0.25]
    assert rates(load(tmp_path, overrides=("model.layers.drop.rate=0.75",))) == [0.75]


def test_override_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    load(tmp_path, overrides=("training.epochs=7",))
    path = tmp_path / "spec.yaml"
    assert path.read_text() == SMALL
    assert load_study(path).variants[0].spec.training.epochs == 2


BLOCK = """\
    - {kind: residual, name: block, layers: [{kind: dense, name: inner, units: 8}]}
    - {kind: dense, name: output, units: 10}
"""


def test_path_leads_into_a_residual_block(tmp_path: Path) -> None:
    text = changed("    - {kind: dense, name: output, units: 10}\n", BLOCK)
    study = load(tmp_path, text, overrides=("model.layers.block.layers.inner.kernel_regularizer={kind: l2}",))
    (inner,) = [layer for layer in study.variants[0].spec.model.all_layers if layer.name == "inner"]
    assert isinstance(inner, Dense)
    assert inner.kernel_regularizer == L2(kind="l2")


def test_path_below_a_default_inside_a_residual_block_keeps_its_kind(tmp_path: Path) -> None:
    text = changed("    - {kind: dense, name: output, units: 10}\n", BLOCK)
    study = load(tmp_path, text, overrides=("model.layers.block.layers.inner.bias_initializer.kind=ones",))
    (inner,) = [layer for layer in study.variants[0].spec.model.all_layers if layer.name == "inner"]
    assert isinstance(inner, Dense)
    assert inner.bias_initializer.kind == "ones"


def test_path_below_a_schedule_of_a_phase_is_found_by_the_name_of_the_phase(tmp_path: Path) -> None:
    text = changed("epochs: 2", "epochs: 2\n  phases: [{name: late, epochs: 1}]")
    study = load(tmp_path, text, overrides=("training.phases.late.schedule.warmup_steps=3",))
    assert str(study.variants[0].spec.training.phases[0].schedule) == "warmup_steps=3 kind='constant'"


STEPS = "[{kind: rescale, scale: 0.0625}, {kind: standardize}]"


@pytest.mark.parametrize("step", ["standardize", "1"])
def test_step_without_a_name_is_found_by_its_kind_or_its_place_and_is_gone_when_disabled(
    tmp_path: Path, step: str
) -> None:
    text = changed("[{kind: rescale, scale: 0.0625}]", STEPS)
    study = load(tmp_path, text, overrides=(f"data.normalize.{step}.enabled=false",))
    assert [each.kind for each in study.variants[0].spec.data.normalize] == ["rescale"]


def test_step_is_found_once_by_a_wildcard(tmp_path: Path) -> None:
    text = changed("[{kind: rescale, scale: 0.0625}]", STEPS)
    assert load(tmp_path, text, overrides=("data.normalize.*.enabled=false",)).variants[0].spec.data.normalize == ()


def test_kind_that_two_steps_share_is_no_address(tmp_path: Path) -> None:
    text = changed("[{kind: rescale, scale: 0.0625}]", "[{kind: rescale, scale: 2.0}, {kind: rescale, scale: 0.5}]")
    (problem,) = problems(tmp_path, text, overrides=("data.normalize.rescale.enabled=false",))
    assert "nothing in data.normalize matches 'rescale'. Choose from: 0, 1." in problem.hint
