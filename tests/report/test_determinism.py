"""What the report says of how exactly its numbers come again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ablation.records import Determinism
from ablation.report import StudyReport
from ablation.report.files.determinism import MIXED, determinism_lines
from ablation.report.files.model_card import model_card
from ablation.report.page.page import study_page

from .studies import on_cpu, study

CPU = (
    "bit-exact, the same bits come again with tensorflow with deterministic operations, {threads}, "
    "cpu AMD EPYC (avx2 fma)."
)
ON_GPU = Determinism(
    level="seeded",
    backend="jax",
    has_deterministic_operations=False,
    threads=8,
    device="gpu",
    device_name="NVIDIA H200",
    instructions=("avx2",),
)
GPU = "seeded, split, order and initial weights come again, results nearly, with jax, 8 threads, gpu NVIDIA H200."


def trained_with(*ways: Determinism | None) -> StudyReport:
    report = study(variants=("original",), seeds=tuple(range(len(ways))))
    trials = [trial.model_copy(update={"determinism": way}) for trial, way in zip(report.trials, ways, strict=True)]
    return report.model_copy(update={"trials": tuple(trials)})


@pytest.mark.parametrize(
    ("ways", "lines"),
    [
        ((on_cpu(), on_cpu()), [f"2 trials: {CPU.format(threads='1 thread')}"]),
        ((ON_GPU,), [f"1 trial: {GPU}"]),
        (
            (on_cpu(2), ON_GPU, on_cpu(2)),
            [f"2 trials: {CPU.format(threads='2 threads')}", f"1 trial: {GPU}", MIXED],
        ),
        ((None,), ["1 trial: not recorded by the version that trained it."]),
    ],
    ids=["alike", "gpu", "mixed", "older"],
)
def test_each_way_in_which_trials_were_trained_has_a_line(
    ways: tuple[Determinism | None, ...], lines: list[str]
) -> None:
    assert determinism_lines(trained_with(*ways).trials) == lines


def test_trials_without_a_result_are_not_counted() -> None:
    report = study(variants=("original",), seeds=(0, 1), failed={("original", 1): "diverged"})
    assert determinism_lines(report.trials) == [f"1 trial: {CPU.format(threads='1 thread')}"]


@pytest.mark.parametrize("render", [model_card, lambda report: study_page(report, {})], ids=["model_card", "page"])
def test_page_and_model_card_say_it(render: Callable[[StudyReport], bytes]) -> None:
    rendered = render(trained_with(on_cpu(1), on_cpu(2))).decode()
    assert "1 trial: bit-exact" in rendered
    assert "The trials were not all trained alike" in rendered
