"""The whole flow gives the same bits with one worker and with two."""

from __future__ import annotations

import pytest

from tests.conftest import TINY, Project

from .test_resume import histories, numbers

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.slow]

DROPOUT = "    - {kind: dropout, name: drop, rate: 0.5}\n    - {kind: dense, name: output"
AUGMENT = "  augment: [{kind: shift, width: 0.2}]\nmodel:"
STUDY = (
    TINY.replace("    - {kind: dense, name: output", DROPOUT)
    .replace("model:\n", f"{AUGMENT}\n", 1)
    .replace("seeds:", "runtime: {threads: 1}\nseeds:")
)


def test_study_with_two_workers_has_the_bits_of_one(project: Project) -> None:
    spec = project.write(STUDY)
    runs = [project.run_json("run", spec, "--workers", workers, "--no-cache") for workers in ("1", "2")]
    assert [code for code, _ in runs] == [0, 0]
    one, two = (result for _, result in runs)
    assert {trial["status"] for trial in two["trials"]} == {"trained"}
    assert numbers(two) == numbers(one)
    assert histories(project, two) == histories(project, one)
    files = ("predictions.npz", "model.keras")
    digests = [{trial["files"][name]["sha256"] for trial in run["trials"] for name in files[:1]} for run in (one, two)]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 4
