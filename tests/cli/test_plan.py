"""`ablate plan`: as JSON, and as a person reads it at several widths."""

from __future__ import annotations

import re

import pytest

from cli.display.units import duration, size
from tests.conftest import TINY, FinishedRun, Project

FACTORS = """\
factors:
  norm: {set: {model.layers.norm.enabled: true}, description: Batch normalisation.}
  width:
    levels:
      normal: {}
      wide: {model.layers.hidden.units: 32}
design: {kind: full_factorial}
"""
FACTORIAL = re.sub(r"variants:.*", FACTORS, TINY, flags=re.DOTALL)


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    from tests.conftest import new_project

    return new_project(tmp_path_factory.mktemp("plan"), "")


def test_plan_of_a_new_study_says_what_is_not_known(project: Project) -> None:
    completed = project.call("plan", project.write())
    assert completed.returncode == 0
    assert completed.stdout.startswith("tiny: 2 variants x 2 seeds = 4 trials\nDoes anything happen at all?\n")
    assert "  ~ model.layers.hidden.kernel_regularizer: none -> {kind: l2, factor: 0.01}\n" in completed.stdout
    assert "Time: unknown: nothing like it was trained yet; measure it with --pilot." in completed.stdout


def test_plan_says_what_will_not_be_fair(project: Project) -> None:
    spec = project.write(TINY.replace("{fraction: 0.25}", "{use: test}") + "  longer: {set: {training.epochs: 4}}\n")
    completed = project.call("plan", spec)
    lengths = "8 steps (baseline), 16 steps (longer)"
    assert f"\n[!] unequal steps: not all variants are trained as long: {lengths}; " in completed.stdout
    assert "selection on the test set" not in completed.stdout
    assert "the data that chooses is the data that judges" in completed.stderr
    _, plan = project.call_json("plan", spec)
    assert [warning["kind"] for warning in plan["fairness"]] == ["selection on the test set", "unequal steps"]


def test_plan_of_factors_shows_levels_design_and_layers(project: Project) -> None:
    printed = project.call("plan", project.write(FACTORIAL)).stdout
    assert "Factors, in the design full_factorial:\n  norm: off, on  (Batch normalisation.)\n" in printed
    assert "  width: normal, wide\n" in printed
    assert "norm-width.wide changes\n  ~ model.layers.hidden.units: 8 -> 32\n  + model.layers.norm: {" in printed


def test_plan_as_json_has_levels_differences_parameters_and_totals(project: Project) -> None:
    code, plan = project.call_json("plan", project.write(FACTORIAL))
    assert code == 0
    assert plan["design"] == {"kind": "full_factorial"}
    wide = next(variant for variant in plan["variants"] if variant["variant"] == "width.wide")
    assert wide["levels"] == {"norm": "off", "width": "wide"}
    assert wide["differences"] == [{"path": "model.layers.hidden.units", "change": "changed", "before": 8, "after": 32}]
    assert wide["parameters"] == 64 * 32 + 32 + 32 * 10 + 10
    assert wide["train_s"] is None
    assert plan["totals"]["trials"] == plan["totals"]["to_train"] == 8
    assert plan["warnings"] == []


FROZEN = """\
  dataset: cifar10
model:
  layers:
    - {kind: backbone, name: net, network: mobilenet_v2}
    - {kind: flatten, name: flat}
    - {kind: dense, name: hidden, units: 8}
    - {kind: batch_normalization, name: norm, enabled: false}
    - {kind: dense, name: output, units: 10}
training:
"""


def test_plan_says_which_variants_share_frozen_layers(project: Project) -> None:
    spec = project.write(TINY[: TINY.index("  dataset:")] + FROZEN + TINY[TINY.index("  optimizer:") :])
    line = "Frozen layers run once before: net, for baseline, l2.\n"
    assert line in project.call("plan", spec).stdout
    _, plan = project.call_json("plan", spec)
    assert plan["shared"] == [{"layers": ["net"], "variants": ["baseline", "l2"]}]


def test_plan_warns_as_validate_does(project: Project) -> None:
    twin = "  twin: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.01}}}\n"
    code, plan = project.call_json("plan", project.write(TINY + twin))
    assert code == 0
    assert plan["warnings"][0].startswith("study.yaml:22: variants.twin: warning: is equal to l2")
    assert plan["totals"]["to_train"] == 4


@pytest.mark.xdist_group("prefect")
def test_plan_after_a_run_takes_its_times_for_new_seeds(finished_run: FinishedRun) -> None:
    code, plan = finished_run.project.call_json("plan", "study.yaml", "--set", "seeds=[0, 7]")
    assert code == 0
    baseline = plan["variants"][0]
    assert (baseline["finished"], baseline["seeds"]) == (1, [0, 7])
    assert baseline["basis"] == "2 finished trials of this variant"
    assert baseline["train_s"] > 0
    assert plan["totals"]["to_train"] == 2
    assert plan["trials"][0]["why"] is None
    assert plan["trials"][1]["why"] == {
        "nearest_variant": "baseline",
        "nearest_seed": 0,
        "spec": [],
        "surroundings": {},
    }
    assert plan["totals"]["wall_s"] > 0
    assert plan["totals"]["storage_bytes"] > 10_000


@pytest.mark.xdist_group("prefect")
def test_plan_of_more_epochs_scales_what_earlier_runs_took(finished_run: FinishedRun) -> None:
    _, as_run = finished_run.project.call_json("plan", "study.yaml")
    _, longer = finished_run.project.call_json("plan", "study.yaml", "--set", "training.epochs=20")
    assert longer["totals"]["to_train"] == 4
    printed = finished_run.project.call("plan", "study.yaml", "--set", "training.epochs=20").stdout
    assert "\n  l2 seeds 0, 1: differs from l2 in training.epochs 2 -> 20\n" in printed
    assert [variant["basis"] for variant in longer["variants"]] == ["2 finished trials of this variant"] * 2
    for short, long in zip(as_run["variants"], longer["variants"], strict=True):
        assert long["train_s"] == pytest.approx(short["train_s"] * 10)


@pytest.mark.xdist_group("prefect")
def test_plan_names_the_threads_of_finished_trials_that_had_another_number(finished_run: FinishedRun) -> None:
    arguments = ("plan", "study.yaml", "--set", "seeds=[0, 7]", "--set", "runtime.threads=71")
    _, plan = finished_run.project.call_json(*arguments)
    assert plan["totals"]["threads"] == 71
    (before,) = plan["totals"]["other_threads"]
    printed = finished_run.project.call(*arguments).stdout
    assert f"\nThreads: 71 a trial, finished ones had {before}. They are no part" in printed
    assert f"--set runtime.threads={before}.\n" in printed


@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize("width", [40, 80, 120])
def test_plan_never_cuts_a_name_or_a_number(
    finished_run: FinishedRun, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.display.tables.PIPE_WIDTH", width)
    printed = finished_run.project.call("plan", "study.yaml").stdout
    assert "…" not in printed
    assert "2 of 2" in printed
    assert "kernel_regularizer: none -> {kind: l2, factor: 0.01}\n" in printed
    assert "Every trial is finished" in printed


@pytest.mark.slow
def test_pilot_measures_what_no_trial_has_shown(project: Project) -> None:
    completed = project.run_json("plan", project.write(), "--pilot")
    code, plan = completed
    assert code == 0
    assert {variant["basis"] for variant in plan["variants"]} <= {
        "a pilot of 2 epochs of baseline",
        "a pilot of 30 epochs of baseline",
    }
    assert plan["totals"]["wall_s"] > 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4 s"), (12.4, "12 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_duration_is_said_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (334_000, "334 kB"), (2_400_000_000, "2.4 GB")]
)
def test_size_is_said_in_the_unit_that_suits_it(count: int, text: str) -> None:
    assert size(count) == text
