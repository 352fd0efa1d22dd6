from __future__ import annotations

from pathlib import Path

import pytest

from ablation.spec import SpecError, load_study

from .documents import SMALL, changed, load, problems

UNKNOWN_KEY = "unknown key"

# What stands in the file, what a person wrote instead, and the one problem that is reported.
WRONG_SPECS = {
    "key_misspelt_at_the_top": ("seeds:", "sedes:", 15, "sedes", UNKNOWN_KEY, "Did you mean seeds?"),
    "key_misspelt_in_a_section": ("  dataset:", "  sbset: {}\n  dataset:", 3, "data.sbset", UNKNOWN_KEY, "subset?"),
    "key_misspelt_in_a_layer": (
        "activation: relu",
        "activaton: relu",
        9,
        "model.layers.hidden.activaton",
        UNKNOWN_KEY,
        "Did you mean activation?",
    ),
    "key_far_from_any": (
        "epochs: 2",
        "epochs: 2\n  colour: red",
        15,
        "training.colour",
        UNKNOWN_KEY,
        "Choose from: optimizer, loss, metrics, epochs, batch_size.",
    ),
    "key_missing_in_a_layer": (
        "name: hidden, units: 8,",
        "name: hidden,",
        9,
        "model.layers.hidden.units",
        "is missing",
        "Add `units:`. Number of outputs.",
    ),
    "number_as_text": ("0.1}", '"0.1"}', 13, "training.optimizer.learning_rate", "must be a valid number", "got '0.1'"),
    "text_for_a_number": ("epochs: 2", "epochs: two", 14, "training.epochs", "must be a valid integer", "got 'two'"),
    "fraction_for_an_integer": ("units: 8", "units: 8.5", 9, "model.layers.hidden.units", "valid integer", "got 8.5"),
    "true_for_a_number": ("epochs: 2", "epochs: true", 14, "training.epochs", "must be a valid integer", "got True"),
    "yes_for_a_switch": ("enabled: false", "enabled: yes", 10, "model.layers.drop.enabled", "valid boolean", "'yes'"),
    "number_too_large": (
        "rate: 0.5",
        "rate: 1.4",
        10,
        "model.layers.drop.rate",
        "must be less than 1",
        "got 1.4. The fraction of units to drop, e.g. 0.4.",
    ),
    "number_too_small": ("0.1}", "0}", 13, "training.optimizer.learning_rate", "must be greater than 0", "got 0."),
    "not_a_number": ("0.1}", ".nan}", 13, "training.optimizer.learning_rate", "must be a finite number", "got nan"),
    "infinite": ("0.0625", "-.inf", 5, "data.normalize.0.scale", "must be a finite number", "got -inf"),
    "kind_unknown_in_a_layer": (
        "kind: dropout",
        "kind: dropuot",
        10,
        "model.layers.drop.kind",
        "unknown kind 'dropuot'",
        "Did you mean dropout?",
    ),
    "kind_unknown_in_a_section": (
        "kind: sgd",
        "kind: lion",
        13,
        "training.optimizer.kind",
        "unknown kind 'lion'",
        "Choose from: sgd, rmsprop, adam.",
    ),
    "kind_missing": (
        "{kind: flatten, name: flat}",
        "{name: flat}",
        8,
        "model.layers.flat.kind",
        "needs a kind",
        "Choose from: dense, dropout, batch_normalization, flatten, activation.",
    ),
    "kind_missing_below_a_layer": (
        "units: 8,",
        "units: 8, kernel_regularizer: {factor: 0.1},",
        9,
        "model.layers.hidden.kernel_regularizer.kind",
        "needs a kind",
        "Choose from: l1, l2, l1_l2.",
    ),
    "choice_unknown": (
        "activation: relu",
        "activation: rely",
        9,
        "model.layers.hidden.activation",
        "must be 'linear', 'relu'",
        "got 'rely'. Did you mean relu?",
    ),
    "choice_unknown_in_a_key_named_like_its_kind": (
        "{kind: flatten, name: flat}",
        "{kind: activation, name: act, activation: rely}",
        8,
        "model.layers.act.activation",
        "must be 'linear', 'relu'",
        "got 'rely'. Did you mean relu? The function.",
    ),
    "list_for_a_mapping": (
        "{kind: sgd, learning_rate: 0.1}",
        "[sgd]",
        13,
        "training.optimizer",
        "must be a mapping of keys to values",
        "got ['sgd']",
    ),
    "text_for_a_layer": (
        "- {kind: flatten, name: flat}",
        "- flatten",
        8,
        "model.layers.0",
        "must be a mapping of keys to values",
        "got 'flatten'",
    ),
    "text_for_a_list": ("seeds: [0, 1]", "seeds: many", 15, "seeds", "must be a list", "A list of seeds, or how many"),
    "seed_of_text": ("[0, 1]", "[0, x]", 15, "seeds.1", "must be a valid integer", "got 'x'"),
    "seed_negative": ("[0, 1]", "[-1]", 15, "seeds.0", "must be greater than or equal to 0", "got -1"),
    "seeds_empty": ("[0, 1]", "[]", 15, "seeds", "must not be empty", "got []"),
    "seed_repeated": ("[0, 1]", "[0, 1, 0]", 15, "seeds.2", "seed 0 is listed twice", "Remove one."),
    "seeds_none_at_all": ("[0, 1]", "0", 15, "seeds", "must be greater than or equal to 1", "got 0"),
    "choices_two_at_once": (
        "{fraction: 0.25}",
        "{fraction: 0.25, use: test}",
        4,
        "data.validation",
        "give exactly one of fraction, count, use",
        "got {'fraction': 0.25, 'use': 'test'}",
    ),
    "dataset_unknown": ("digits", "digit", 3, "data.dataset", "no dataset is named 'digit'", "Did you mean digits?"),
    "metric_repeated": (
        "epochs: 2",
        "epochs: 2\n  metrics: [accuracy, accuracy]",
        15,
        "training.metrics",
        "a metric is listed twice",
        "got ['accuracy', 'accuracy']",
    ),
    "layer_name_repeated": (
        "name: output",
        "name: hidden",
        11,
        "model.layers.hidden.name",
        "more than one layer is named hidden",
        "give each its own",
    ),
    "layer_name_with_a_dot": ("name: flat", "name: fl.at", 8, "model.layers.fl.at.name", "must match", "'fl.at'"),
    "study_name_wrong": ("study: small", "study: Small Study", 1, "study", "must match pattern", "got 'Small Study'"),
    "variant_empty": ("plain: {}", "plain:", 17, "variants.plain", "must be a mapping of keys to values", "got None"),
    "variant_equal_to_the_baseline": (
        "enabled: true",
        "enabled: false",
        18,
        "variants.dropout",
        "is equal to the baseline plain",
        "it would train the baseline under another name",
    ),
    "variant_without_a_layer": (
        "model.layers.drop.enabled: true",
        "model.layers.*.enabled: false",
        18,
        "model.layers",
        "every layer is disabled",
        "Enable at least the output layer.",
    ),
    "path_unknown_at_its_end": (
        "drop.enabled: true",
        "drop.enable: true",
        18,
        "model.layers.drop.enable",
        UNKNOWN_KEY,
        "Did you mean enabled?",
    ),
    "path_unknown_in_the_middle": (
        "model.layers.drop.enabled: true",
        "model.layrs.drop.enabled: true",
        18,
        "model.layrs",
        UNKNOWN_KEY,
        "Did you mean layers?",
    ),
    "path_of_no_layer": (
        "model.layers.drop.enabled: true",
        "model.layers.drop_1.enabled: true",
        18,
        "variants.dropout.set.model.layers.drop_1.enabled",
        "matches nothing",
        "nothing in model.layers matches 'drop_1'. Did you mean drop?",
    ),
    "path_below_a_number": (
        "model.layers.drop.enabled: true",
        "training.epochs.first: 1",
        18,
        "variants.dropout.set.training.epochs.first",
        "matches nothing",
        "nothing in training.epochs matches 'first'.",
    ),
    "path_outside_of_a_trial": (
        "model.layers.drop.enabled: true",
        "seeds: [4]",
        18,
        "variants.dropout.set.seeds",
        "matches nothing",
        "a variant changes data, model, training.",
    ),
    "path_with_an_empty_step": (
        "model.layers.drop.enabled: true",
        "model..enabled: true",
        18,
        "variants.dropout.set.model..enabled",
        "matches nothing",
        "write it like model.layers.hidden_1.units",
    ),
    "wildcard_that_matches_nothing": (
        "model.layers.drop.enabled: true",
        "model.layers.dorp*.enabled: true",
        18,
        "variants.dropout.set.model.layers.dorp*.enabled",
        "matches nothing",
        "nothing in model.layers matches 'dorp*'. Did you mean drop?",
    ),
    "value_wrong_in_a_variant": (
        "drop.enabled: true",
        "hidden.kernel_regularizer: {kind: l2, factor: -1}",
        18,
        "model.layers.hidden.kernel_regularizer.factor",
        "must be greater than or equal to 0",
        "got -1. Strength of the penalty.",
    ),
    "dataset_unknown_in_a_variant": (
        "model.layers.drop.enabled: true",
        "data.dataset: mnits",
        18,
        "data.dataset",
        "no dataset is named 'mnits'",
        "Did you mean mnist?",
    ),
    "baseline_unknown": (
        "baseline: plain",
        "baseline: plan",
        19,
        "compare.baseline",
        "no variant is named 'plan'",
        "Did you mean plain?",
    ),
    "metric_unknown": (
        "metric: val_loss",
        "metric: val_los",
        19,
        "compare.metric",
        "no metric is named 'val_los'",
        "Did you mean val_loss?",
    ),
    "key_twice": ("epochs: 2", "epochs: 2\n  epochs: 3", 15, "training.epochs", "duplicate key", "set in line 14."),
    "key_of_a_number": ("data:\n", "3: x\ndata:\n", 2, "", "a key must be text, got '3'", "Quote it."),
    "key_of_a_list": ("data:\n", "? [a]\n: x\ndata:\n", 2, "", "a key must be text, got a sequence", "Quote it."),
    "tab": ("  epochs: 2", "\tepochs: 2", 14, "", "not YAML", "Indent with blanks, not tabs."),
    "bracket_open": ("[0, 1]", "[0, 1", 16, "", "not YAML", "Check the indentation and quotes of this line."),
    "character_invisible": ("study: small", "study: sm\x07all", 1, "", "'\\x07' is not allowed", "Remove it"),
    "tag_of_python": (
        "study: small",
        "study: !!python/object/apply:os.getcwd []",
        1,
        "study",
        "unknown tag tag:yaml.org,2002:python/object/apply:os.getcwd",
        "without a tag",
    ),
    "tag_that_does_not_fit": ("study: small", "study: !!bool maybe", 1, "study", "cannot be read", "plain text"),
    "second_document": ("seeds: [0, 1]", "---\nseeds: [0, 1]", 15, "", "another document", "Check the indentation"),
}


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "message", "advice"), WRONG_SPECS.values(), ids=WRONG_SPECS.keys()
)
def test_spec_with_one_mistake_is_reported_at_its_place(
    tmp_path: Path, old: str, new: str, line: int, path: str, message: str, advice: str
) -> None:
    (problem,) = problems(tmp_path, changed(old, new))
    assert problem.mark.file == str(tmp_path / "spec.yaml")
    assert (problem.mark.line, problem.path) == (line, path)
    assert message in problem.message
    assert advice in problem.hint


def test_problem_reads_as_the_contract_says(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, changed("rate: 0.5", "rate: 1.4"))
    assert str(problem) == (
        f"{tmp_path}/spec.yaml:10: model.layers.drop.rate: must be less than 1\n"
        "  got 1.4. The fraction of units to drop, e.g. 0.4."
    )


def test_spec_with_two_mistakes_reports_both(tmp_path: Path) -> None:
    text = changed("epochs: 2", "epochs: two", changed("rate: 0.5", "rate: 1.4"))
    assert [(found.mark.line, found.path) for found in problems(tmp_path, text)] == [
        (10, "model.layers.drop.rate"),
        (14, "training.epochs"),
    ]


def test_key_misspelt_where_it_is_needed_is_both_missing_and_unknown(tmp_path: Path) -> None:
    found = problems(tmp_path, changed("epochs: 2", "epoch: 2"))
    assert [(problem.mark.line, problem.path, problem.message) for problem in found] == [
        (12, "training.epochs", "is missing"),
        (14, "training.epoch", "unknown key"),
    ]


def test_mistakes_of_variants_seeds_and_names_come_in_one_report(tmp_path: Path) -> None:
    text = changed("[0, 1]", "[0, 0]", changed("baseline: plain", "baseline: x", changed("drop.en", "crop.en")))
    found = problems(tmp_path, text, only=("y",))
    assert [(problem.mark.line, problem.path) for problem in found] == [
        (18, "variants.dropout.set.model.layers.crop.enabled"),
        (None, ""),
        (19, "compare.baseline"),
        (15, "seeds.1"),
    ]


def test_compared_metric_that_is_not_watched_is_reported(tmp_path: Path) -> None:
    text = changed("val_loss", "val_accuracy", changed("epochs: 2", "epochs: 2\n  metrics: []"))
    (problem,) = problems(tmp_path, text)
    assert (problem.mark.line, problem.path) == (20, "compare.metric")
    assert problem.hint == "Choose from: train_loss, val_loss, test_loss."


def test_only_of_an_unknown_variant_names_the_nearest(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, only=("dropuot",))
    assert str(problem) == "--only dropuot: no such variant\n  Did you mean dropout?"


WRONG_OVERRIDES = {
    "training.epochs": ("", "must be PATH=VALUE", "For example --set training.epochs=3"),
    "training.epochs=two": ("training.epochs", "must be a valid integer", "got 'two'"),
    "training.epochs=": ("training.epochs", "must be a valid integer", "got None"),
    "training.epochs=[": ("", "not YAML", "Check the indentation"),
    "training.epohcs=3": ("training.epohcs", "unknown key", "Did you mean epochs?"),
    "trainin.epochs=3": ("trainin", "unknown key", "Did you mean training?"),
    "model.layers.hiden.units=3": ("model.layers.hiden.units", "matches nothing", "Did you mean hidden?"),
    "model.layers.hi*.units=x": ("model.layers.hidden.units", "must be a valid integer", "got 'x'"),
    "model.layers.hidden.kernel_regularizer.factor=1": (
        "model.layers.hidden.kernel_regularizer.kind",
        "needs a kind",
        "Choose from: l1, l2, l1_l2.",
    ),
    "=3": ("", "matches nothing", "'' is not a path"),
    "study={a: 1, a: 2}": ("a", "duplicate key", "already set in line 1"),
}


@pytest.mark.parametrize("override", WRONG_OVERRIDES)
def test_override_that_is_wrong_is_reported_as_its_own_place(tmp_path: Path, override: str) -> None:
    path, message, advice = WRONG_OVERRIDES[override]
    (problem,) = problems(tmp_path, overrides=(override,))
    assert str(problem.mark) == f"--set {override}"
    assert problem.path == path
    assert message in problem.message
    assert advice in problem.hint


def test_two_wrong_overrides_are_both_reported(tmp_path: Path) -> None:
    found = problems(tmp_path, overrides=("model.layers.x.units=1", "model.layers.y.units=1"))
    assert [problem.path for problem in found] == ["model.layers.x.units", "model.layers.y.units"]


WRONG_FILES = {
    "empty": (b"", 1, "a spec must be a mapping of keys to values, got nothing", "Begin with `study: my-study`"),
    "comment": (b"# nothing\n", 1, "a spec must be a mapping of keys to values, got nothing", "specs/quickstart.yaml"),
    "list": (b"- study: a\n", 1, "a spec must be a mapping of keys to values, got a list", "Begin with"),
    "text": (b"study\n", 1, "a spec must be a mapping of keys to values, got a str", "Begin with"),
    "latin_1": (b"study: a\nquestion: \xfcber\n", 2, "not UTF-8", "Save the file as UTF-8."),
    "utf_16": ("study: a\n".encode("utf-16"), 1, "not UTF-8", "Save the file as UTF-8."),
    "null_character": (b"study: a\nquestion: a\0b\n", 2, "not allowed", "it may be invisible"),
    "over_one_megabyte": (b"study: " + b"x" * 1_000_000, None, "larger than 1,000,000 bytes", "a page of text"),
    "alias_bomb": (
        b"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
        1,
        "more than 100,000 values or 60 levels once its aliases are expanded",
        "Remove the nested anchors.",
    ),
    "alias_of_itself": (b"a: &a [*a]\n", 1, "60 levels", "Remove the nested anchors."),
    "alias_of_nothing": (b"a: *b\n", 1, "found undefined alias", "Check"),
    "a_hundred_levels": (b"a: " + b"[" * 100 + b"]" * 100, 1, "60 levels", "Remove"),
    "five_thousand_levels": (b"a: " + b"[" * 5000 + b"]" * 5000, None, "nested too deeply", "Flatten it."),
    "integer_of_5000_digits": (b"study: " + b"9" * 5000, 1, "cannot be read", "Write plain text"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_file_that_is_no_spec_is_reported(tmp_path: Path, name: str) -> None:
    content, line, message, advice = WRONG_FILES[name]
    (problem,) = problems(tmp_path, content)
    assert (problem.mark.file, problem.mark.line) == (str(tmp_path / "spec.yaml"), line)
    assert message in problem.message
    assert advice in problem.hint


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing.yaml", "No such file or directory"), ("", "Is a directory"), ("a\0b", "embedded null byte")],
)
def test_path_that_cannot_be_read_is_reported(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(SpecError) as raised:
        load_study(tmp_path / name)
    (problem,) = raised.value.problems
    assert problem.mark.file == str(tmp_path / name)
    assert problem.message == f"cannot be read: {reason}"
    assert "ls specs" in problem.hint


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbf" + SMALL.encode()).name == "small"
