"""Values of the wrong type, form or size."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import Wrong, assert_reported, changed, problems

UNITS = "model.layers.hidden.units"
ENABLED = "model.layers.drop.enabled"
WHOLE, SWITCH = "must be a whole number", "must be true or false"


def units(text: str, hint: str, message: str = WHOLE) -> Wrong:
    return Wrong("units: 8", f"units: {text}", 9, UNITS, message, hint)


def enabled(text: str, hint: str) -> Wrong:
    return Wrong("enabled: false", f"enabled: {text}", 10, ENABLED, SWITCH, hint)


def epochs_and(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong("epochs: 2", f"epochs: 2\n  {text}", 15, f"training.{path}", message, hint)


def rate(text: str, message: str, hint: str) -> Wrong:
    return Wrong("learning_rate: 0.1", f"learning_rate: {text}", 13, "training.optimizer.learning_rate", message, hint)


def seeds(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong("[0, 1]", text, 15, path, message, hint)


def layer(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong("{kind: flatten, name: flat}", text, 8, f"model.layers.{path}", message, hint)


WRONG_VALUES = {
    "number_in_quotes": units("'8'", "got '8'. Remove the quotes. Number of outputs."),
    "number_with_underscores": units("1_000", "got '1_000'. Write 1000."),
    "number_in_hexadecimal": units("0x10", "got '0x10'. Write 16."),
    "number_with_a_unit": units("8 units", "got '8 units'. Number of outputs."),
    "number_as_a_fraction": units("8.5", "got 8.5. Number of outputs."),
    "number_as_a_whole_fraction": units("8.0", "got 8.0. Write 8."),
    "number_with_an_exponent": units("1e1", "got 10.0. Write 10."),
    "number_in_a_list": units("[8]", "got [8]. Write 8."),
    "numbers_in_a_list": units("[8, 9]", "got [8, 9]. Write one number, not a list."),
    "number_as_a_mapping": units("{a: 1}", "got {a: 1}."),
    "number_as_true": units("true", "got true."),
    "number_left_out": units("", "got nothing. Write a value after the colon, or remove the key."),
    "number_too_small": units("0", "got 0. Number of outputs.", "must be at least 1"),
    "number_too_large": units("9999999", "got 9999999.", "must be at most 1,000,000"),
    "number_far_too_large": units("9" * 80, "got 999", "must be at most 1,000,000"),
    "exponent_in_quotes": rate("'1e-3'", "must be a number", "got '1e-3'. Remove the quotes. Step size."),
    "percentage": rate("50%", "must be a number", "got '50%'. Write 0.5."),
    "zero_where_it_is_too_small": rate("0", "must be greater than 0", "got 0. Step size."),
    "not_a_number": rate(".nan", "must be a finite number", "got .nan."),
    "infinite": rate("-.inf", "must be a finite number", "got -.inf."),
    "rate_too_large": Wrong(
        "rate: 0.5",
        "rate: 1.4",
        10,
        "model.layers.drop.rate",
        "must be less than 1",
        "got 1.4. The fraction of units to drop, e.g. 0.4.",
    ),
    "switch_yes": enabled("yes", "got 'yes'. Write true."),
    "switch_off": enabled("Off", "got 'Off'. Write false."),
    "switch_1": enabled("1", "got 1. Write true."),
    "switch_in_quotes": enabled("'true'", "got 'true'. Remove the quotes."),
    "switch_maybe": enabled("maybe", "got 'maybe'. Whether the layer is in the model"),
    "switch_left_out": enabled("", "got nothing. Write a value after the colon"),
    "text_as_a_number": Wrong("study: small", "study: 2024", 1, "study", "must be text", "got 2024. Put it in quotes."),
    "text_as_true": layer("{kind: flatten, name: true}", "0.name", "must be text", "got true. Put it in quotes."),
    "text_left_out": Wrong("study: small", "study:", 1, "study", "must be text", "got nothing. Write a value"),
    "text_too_long": Wrong(
        "data:\n", f"question: {'x' * 501}\ndata:\n", 2, "question", "must be at most 500 characters", "xxx..."
    ),
    "study_name_with_blanks": Wrong(
        "study: small",
        "study: Small Study",
        1,
        "study",
        "must be lower-case letters, digits and -; at most 63 characters",
        "got 'Small Study'. Write small-study. Name of the study",
    ),
    "layer_name_with_a_dot": layer(
        "{kind: flatten, name: fl.at}",
        "fl.at.name",
        "beginning with a lower-case letter or digit",
        "got 'fl.at'. Write fl-at.",
    ),
    "digest_too_short": layer(
        "{kind: backbone, name: b, network: vgg16, weights: {file: a.h5, sha256: abc}}",
        "b.weights.sha256",
        "must be letters a to f and digits; exactly 64 characters",
        "got 'abc'.",
    ),
    "address_without_https": layer(
        f"{{kind: backbone, name: b, network: vgg16, weights: {{file: a, sha256: {'a' * 64}, url: ftp://a}}}}",
        "b.weights.url",
        "must begin with https://",
        "got 'ftp://a'.",
    ),
    "address_with_a_password": layer(
        f"{{kind: backbone, name: b, network: vgg16, weights: {{file: a, sha256: {'a' * 64}, url: 'https://a:b@c/d'}}}}",
        "b.weights.url",
        "holds a user name or a password",
        "Fetch the file yourself",
    ),
    "list_for_one_word": epochs_and("metrics: accuracy", "metrics", "must be a list", "Write [accuracy]."),
    "list_for_several_words": epochs_and(
        "metrics: accuracy, auc", "metrics", "must be a list", "Write [accuracy, auc]."
    ),
    "list_left_out": epochs_and("metrics:", "metrics", "must be a list", "Write a list, or remove the key."),
    "list_as_a_mapping": epochs_and("phases: {name: a, epochs: 1}", "phases", "must be a list", "begin each item with"),
    "mapping_as_true": epochs_and(
        "early_stopping: true", "early_stopping", "must be a mapping", "got true. Write {} for its defaults."
    ),
    "mapping_as_a_number": Wrong(
        "{fraction: 0.25}",
        "0.25",
        4,
        "data.validation",
        "must be a mapping of keys to values",
        "got 0.25. Write `key: value`, with the keys fraction, count, use.",
    ),
    "choice_in_quotes": epochs_and("batch_size: '32'", "batch_size", "must be all", "got '32'. Remove the quotes."),
    "choice_as_a_list": epochs_and("batch_size: [32]", "batch_size", WHOLE, "got [32]. Write 32."),
    "size_as_text": layer(
        "{kind: conv2d, name: c, filters: 3, kernel_size: '3'}", "c.kernel_size", WHOLE, "got '3'. Remove the quotes."
    ),
    "size_of_one_item": layer(
        "{kind: conv2d, name: c, filters: 3, kernel_size: [3]}",
        "c.kernel_size",
        "must have at least 2 items",
        "got [3]. Size of the window, one number or [height, width].",
    ),
    "size_of_three_items": layer(
        "{kind: conv2d, name: c, filters: 3, kernel_size: [1, 2, 3]}", "c.kernel_size", "at most 2 items", "[1, 2, 3]"
    ),
    "size_with_a_wrong_item": layer(
        "{kind: conv2d, name: c, filters: 3, kernel_size: [3, x]}", "c.kernel_size.1", WHOLE, "got 'x'. Size of the"
    ),
    "padding_with_a_wrong_side": layer(
        "{kind: zero_padding2d, name: p, padding: [[1, 2], 3]}", "p.padding.1", "must be a list", "got 3. Write [3]."
    ),
    "choices_two_at_once": Wrong(
        "{fraction: 0.25}",
        "{fraction: 0.25, use: test}",
        4,
        "data.validation",
        "give exactly one of fraction, count, use",
        "got {fraction: 0.25, use: test}. Samples to watch while training.",
    ),
    "metric_repeated": epochs_and(
        "metrics: [accuracy, accuracy]", "metrics", "a metric is listed twice", "got [accuracy, accuracy]"
    ),
    "phase_name_repeated": epochs_and(
        "phases: [{name: a, epochs: 1}, {name: a, epochs: 1}]", "phases.a.name", "one phase is named a", "its own"
    ),
    "seeds_as_a_word": seeds("many", "seeds", "must be a list", "got 'many'. Write [many]. How many (3 means"),
    "seeds_left_out": seeds("", "seeds", "must be a list", "got nothing. Write a list, or remove the key."),
    "seeds_none": seeds("[]", "seeds", "must not be empty", "got []"),
    "seeds_none_counted": seeds("0", "seeds", "must be at least 1", "got 0"),
    "seed_of_text": seeds("[0, x]", "seeds.1", WHOLE, "got 'x'"),
    "seed_negative": seeds("[-1]", "seeds.0", "must be at least 0", "got -1"),
    "seed_repeated": seeds("[0, 1, 0]", "seeds.2", "seed 0 is listed twice", "Remove one."),
    "seeds_added_from_four": seeds(
        "{start: 4, until: {ci_width: 0.1}}", "seeds.start", "must be at least 5", "got 4. Seeds of every variant"
    ),
    "seeds_added_up_to_fewer": seeds(
        "{start: 9, until: {ci_width: 0.1}, max: 8}", "seeds.max", "is less than start, 9", "raise it, or lower start"
    ),
    "seeds_added_without_end": seeds("{start: 5}", "seeds.until", "is missing", "Add `until:`"),
    "seeds_added_to_no_width": seeds(
        "{until: {ci_width: 0}}", "seeds.until.ci_width", "must be greater than 0", "got 0. Width of the interval"
    ),
    "seeds_added_misspelt": seeds(
        "{until: {ci_width: 0.1}, maximum: 9}", "seeds.maximum", "unknown key", "Choose from: start, until, max."
    ),
    "control_characters": Wrong(
        "study: small", 'study: "a\\e[31m"', 1, "study", "lower-case", "got 'a\\x1b[31m'. Write"
    ),
}


@pytest.mark.parametrize("name", WRONG_VALUES)
def test_value_that_is_wrong_is_reported_at_its_place(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_VALUES[name])


def test_problem_reads_as_the_contract_says(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, changed("rate: 0.5", "rate: 1.4"))
    assert str(problem) == (
        f"{tmp_path}/spec.yaml:10: model.layers.drop.rate: must be less than 1\n"
        "  got 1.4. The fraction of units to drop, e.g. 0.4."
    )
