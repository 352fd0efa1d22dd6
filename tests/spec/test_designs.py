"""Factors and designs: which combinations run, in which order, under which names."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ablation.spec import Study
from ablation.spec.expansion.fractions import fraction
from ablation.spec.layers import Dense, Dropout

from .documents import SMALL, load

FACTORS = (
    "factors:\n"
    "  drop: {set: {model.layers.drop.enabled: true}}\n"
    "  width: {levels: {narrow: {}, medium: {model.layers.hidden.units: 16}, wide: {model.layers.hidden.units: 32}}}\n"
    "  long: {set: {training.epochs: 4}}\n"
)


def factorial(design: str, factors: str = FACTORS) -> str:
    return f"{SMALL[: SMALL.index('variants:')]}{factors}design: {{kind: {design}}}\n"


def levels(study: Study) -> dict[str, tuple[str, ...]]:
    return {variant.name: tuple(variant.levels.values()) for variant in study.variants}


DESIGNS = {
    "full_factorial": {
        "none": ("off", "narrow", "off"),
        "long": ("off", "narrow", "on"),
        "width.medium": ("off", "medium", "off"),
        "width.medium-long": ("off", "medium", "on"),
        "width.wide": ("off", "wide", "off"),
        "width.wide-long": ("off", "wide", "on"),
        "drop": ("on", "narrow", "off"),
        "drop-long": ("on", "narrow", "on"),
        "drop-width.medium": ("on", "medium", "off"),
        "drop-width.medium-long": ("on", "medium", "on"),
        "drop-width.wide": ("on", "wide", "off"),
        "drop-width.wide-long": ("on", "wide", "on"),
    },
    "leave_one_out": {
        "all": ("on", "wide", "on"),
        "without_drop": ("off", "wide", "on"),
        "without_width": ("on", "narrow", "on"),
        "without_long": ("on", "wide", "off"),
    },
    "add_one_in": {
        "none": ("off", "narrow", "off"),
        "drop": ("on", "narrow", "off"),
        "width.wide": ("off", "wide", "off"),
        "long": ("off", "narrow", "on"),
    },
    "one_at_a_time": {
        "none": ("off", "narrow", "off"),
        "drop": ("on", "narrow", "off"),
        "width.medium": ("off", "medium", "off"),
        "width.wide": ("off", "wide", "off"),
        "long": ("off", "narrow", "on"),
    },
    "pairs": {
        "none": ("off", "narrow", "off"),
        "drop": ("on", "narrow", "off"),
        "width.wide": ("off", "wide", "off"),
        "long": ("off", "narrow", "on"),
        "drop-width.wide": ("on", "wide", "off"),
        "drop-long": ("on", "narrow", "on"),
        "width.wide-long": ("off", "wide", "on"),
    },
}


@pytest.mark.parametrize("design", DESIGNS)
def test_design_runs_its_combinations_in_order(tmp_path: Path, design: str) -> None:
    study = load(tmp_path, factorial(design))
    assert list(levels(study).items()) == list(DESIGNS[design].items())
    assert all(tuple(variant.levels) == ("drop", "width", "long") for variant in study.variants)


@pytest.mark.parametrize("design", DESIGNS)
def test_baseline_of_a_design_is_its_first_combination(tmp_path: Path, design: str) -> None:
    assert load(tmp_path, factorial(design)).baseline == next(iter(DESIGNS[design]))


def test_baseline_of_a_design_can_be_another_combination(tmp_path: Path) -> None:
    text = factorial("full_factorial") + "compare: {baseline: drop-long}\n"
    assert load(tmp_path, text).baseline == "drop-long"


def test_combination_has_the_changes_of_its_levels(tmp_path: Path) -> None:
    variants = {variant.name: variant for variant in load(tmp_path, factorial("full_factorial")).variants}
    both = variants["drop-width.wide"]
    assert both.changes == {"model.layers.drop.enabled": True, "model.layers.hidden.units": 32}
    assert [layer.units for layer in both.spec.model.layers if isinstance(layer, Dense)] == [32, 10]
    assert any(isinstance(layer, Dropout) for layer in both.spec.model.layers)
    assert both.spec.training.epochs == 2
    assert variants["none"].changes == {}


def test_only_keeps_combinations_by_name_and_the_baseline(tmp_path: Path) -> None:
    study = load(tmp_path, factorial("full_factorial"), only=("width.wide",))
    assert list(levels(study)) == ["none", "width.wide"]


def test_combinations_that_agree_are_warned_of_and_run(tmp_path: Path) -> None:
    text = factorial(
        "full_factorial",
        "factors:\n"
        "  off: {levels: {a: {}, b: {model.layers.drop.enabled: true}}}\n"
        "  rate: {levels: {a: {model.layers.drop.rate: 0.5}, b: {model.layers.drop.rate: 0.1}}}\n",
    )
    text = text.replace("  rate:", "  hidden: {set: {training.epochs: 3}}\n  rate:")
    # The rate of a layer that is not there changes nothing: alone, that is an error.
    with pytest.raises(ValueError, match="is equal to the baseline none"):
        load(tmp_path, text)
    study = load(tmp_path, f"{text}compare: {{baseline: off.b}}\n")
    assert len(study.variants) == 8
    assert [warning.message for warning in study.warnings] == [
        "rate.b is equal to none",
        "hidden-rate.b is equal to hidden",
    ]


def test_name_of_a_long_combination_is_cut_and_stays_unique(tmp_path: Path) -> None:
    names = [f"{letter * 30}" for letter in "abc"]
    keys = ("units: 9", "use_bias: false", "activation: tanh")
    factors = "".join(
        f"  {name}: {{set: {{model.layers.hidden.{key}}}}}\n" for name, key in zip(names, keys, strict=True)
    )
    found = list(levels(load(tmp_path, factorial("full_factorial", f"factors:\n{factors}"))))
    assert found[-1].startswith(f"{'a' * 30}-{'b' * 23}-")
    assert max(map(len, found)) == 63
    assert len(set(found)) == 8


def test_thousand_combinations_are_expanded(tmp_path: Path) -> None:
    sizes = {
        "model.layers.hidden.units": range(10, 20),
        "training.epochs": range(1, 11),
        "training.batch_size": range(10, 20),
    }
    factors = "factors:\n"
    for index, (path, values) in enumerate(sizes.items()):
        inner = ", ".join(f"l{value}: {{{path}: {value}}}" for value in values)
        factors += f"  f{index}: {{levels: {{{inner}}}}}\n"
    study = load(tmp_path, factorial("full_factorial", factors))
    assert len(study.variants) == len({variant.spec.model_dump_json() for variant in study.variants}) == 1000


# Runs of the smallest regular fractions: Box, Hunter and Hunter, Statistics for Experimenters, table 12.15.
FRACTIONS = {
    (3, 3): 4,
    (5, 3): 8,
    (6, 3): 8,
    (7, 3): 8,
    (9, 3): 16,
    (15, 3): 16,
    (4, 4): 8,
    (6, 4): 16,
    (8, 4): 16,
    (5, 5): 16,
    (8, 5): 64,
}


@pytest.mark.parametrize(("count", "resolution"), FRACTIONS)
def test_fraction_keeps_apart_what_its_resolution_says(count: int, resolution: int) -> None:
    runs = fraction(count, resolution)
    assert runs is not None
    assert len(runs) == len(set(runs)) == FRACTIONS[count, resolution]
    assert runs[0] == (0,) * count
    columns = [[1 - 2 * run[index] for run in runs] for index in range(count)]
    # A product of fewer than `resolution` columns that is constant would alias what those factors do.
    for size in range(1, resolution):
        for chosen in itertools.combinations(columns, size):
            products = [_product(signs) for signs in zip(*chosen, strict=True)]
            assert sum(products) == 0


def _product(signs: tuple[int, ...]) -> int:
    return (-1) ** sum(sign < 0 for sign in signs)


@pytest.mark.parametrize(("count", "resolution"), [(2, 3), (3, 4), (4, 5), (1, 3), (0, 3), (41, 3)])
def test_fraction_that_is_not_smaller_than_all_combinations_does_not_exist(count: int, resolution: int) -> None:
    assert fraction(count, resolution) is None


def test_fractional_design_runs_a_fraction_with_the_spec_as_written_first(tmp_path: Path) -> None:
    factors = (
        "factors:\n"
        "  drop: {set: {model.layers.drop.enabled: true}}\n"
        "  wide: {set: {model.layers.hidden.units: 16}}\n"
        "  long: {set: {training.epochs: 4}}\n"
    )
    assert levels(load(tmp_path, factorial("fractional, resolution: 3", factors))) == {
        "none": ("off", "off", "off"),
        "drop-long": ("on", "off", "on"),
        "wide-long": ("off", "on", "on"),
        "drop-wide": ("on", "on", "off"),
    }
