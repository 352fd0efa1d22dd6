"""What of a plan is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.pipeline import RunPlan, plan_run
from ablation.pipeline.planning.past_trials import _PastPlan
from ablation.pipeline.runs.committing import _inputs
from ablation.spec import Study, load_study
from tests.conftest import TINY

SHA256 = "a" * 64
OWN = f"{{uri: '%s', sha256: {SHA256}, classes: 10, format: {{kind: npz}}, input_shape: [8, 8]}}"


def planned(folder: Path, uri: str) -> tuple[Study, RunPlan]:
    spec = TINY.replace("dataset: digits", f"dataset: {OWN % uri}")
    (folder / "study.yaml").write_text(spec, encoding="utf-8")
    study = load_study(folder / "study.yaml")
    return study, plan_run(study, "run", spec_text=spec, deviations=(f"--set data.dataset.uri={uri}",))


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("/home/alice/a.npz", None),
        ("file:///home/alice/a.npz", None),
        ("data/a.npz", None),
        ("https://example.org/a.npz", "https://example.org/a.npz"),
        ("s3://bucket/a.npz", "s3://bucket/a.npz"),
    ],
)
def test_published_plan_says_where_a_file_lies_only_where_everybody_has_it(
    tmp_path: Path, uri: str, url: str | None
) -> None:
    study, plan = planned(tmp_path, uri)
    published = _inputs(study, plan.published)
    read = _PastPlan.model_validate_json(published["plan.json"])
    assert {trial.dataset.files[0].url for trial in read.trials} == {url}
    assert {trial.dataset.files[0].sha256 for trial in read.trials} == {(SHA256,)}
    assert [trial.fingerprint for trial in read.trials] == [trial.fingerprint for trial in plan.trials]
    assert {trial.dataset.files[0].url for trial in plan.trials} == {uri}
    assert [name for name, content in published.items() if b"alice" in content] == []
