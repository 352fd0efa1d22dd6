"""What the evaluation of a trial leaves beside its metrics."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ablation.data import Array, PreparedRef, load_prepared, prepare
from ablation.pipeline import PlannedTrial, RunContext, Workspace, evaluate_trial, plan_run
from ablation.records import Assessment, TrialOutcome
from ablation.settings import Settings
from ablation.spec import load_study
from ablation.store import StoreLocation, reference
from tests.conftest import TINY

OF_ONE = 5
REGRESSION = (
    TINY.replace("dataset: digits", "dataset: diabetes")
    .replace("    - {kind: flatten, name: flat}\n", "")
    .replace("name: output, units: 10", "name: output, units: 1")
    .replace("epochs: 2", "epochs: 2\n  loss: {kind: mean_squared_error}\n  metrics: [mae]")
    .replace(", normalize: [{kind: rescale, scale: 0.0625}]", "")
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ABLATION_CACHE_DIR", str(tmp_path / "cache"))
    return Settings()


def planned_trial(text: str, tmp_path: Path, settings: Settings) -> tuple[PlannedTrial, PreparedRef]:
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    planned = plan_run(load_study(tmp_path / "study.yaml"), "run").trials[0]
    return planned, prepare(planned.trial.spec.data, planned.dataset, planned.trial.seed, settings)


def evaluated(
    planned: PlannedTrial, prepared: PreparedRef, outputs: dict[str, Array], settings: Settings
) -> tuple[TrialOutcome, Assessment]:
    """Evaluate outputs without a store, and return the outcome and what assessment.json says."""
    folder = Workspace(settings, "run").trial_directory("baseline", 0)
    folder.mkdir(parents=True)
    path = folder / "predictions.npz"
    np.savez(path, allow_pickle=False, **outputs)
    trained = TrialOutcome(
        variant="baseline",
        seed=0,
        fingerprint=planned.fingerprint,
        status="trained",
        files={path.name: reference(path, "application/zip")},
    )
    run = RunContext(
        study="tiny",
        run_id="run",
        store=StoreLocation(uri="s3://nowhere/x"),
        is_offline=True,
        threads=1,
        workers=1,
        timeout_s=60,
    )
    outcome = evaluate_trial(trained, planned, prepared, run)
    assert outcome.files["assessment.json"] == reference(folder / "assessment.json", "application/json")
    return outcome, Assessment.model_validate_json((folder / "assessment.json").read_bytes())


def test_trial_is_assessed_with_pictures_of_the_samples_as_they_were_decoded(
    tmp_path: Path, settings: Settings
) -> None:
    planned, prepared = planned_trial(TINY, tmp_path, settings)
    samples = load_prepared(prepared, settings)
    sure = np.eye(10, dtype=np.float32) * 9
    outputs = {"train": sure[samples.train.y], "val": sure[samples.validation.y], "test": sure[samples.test.y]}
    outputs["test"][:OF_ONE] = sure[9 - samples.test.y[:OF_ONE]]

    outcome, found = evaluated(planned, prepared, outputs, settings)

    assert outcome.is_waiting
    assert outcome.metrics["test_accuracy"] == pytest.approx(1 - OF_ONE / 60)
    assert found.samples == 60
    assert sorted(mistake.index for mistake in found.mistakes) == list(range(OF_ONE))
    for mistake in found.mistakes:
        assert mistake.truth == str(samples.test.y[mistake.index])
        assert mistake.predicted == str(9 - samples.test.y[mistake.index])
        assert mistake.image is not None
        with Image.open(io.BytesIO(base64.b64decode(mistake.image))) as image:
            drawn = np.asarray(image)
        raw = samples.test.read(np.array([mistake.index]))[0].reshape(8, 8) * 16
        assert np.array_equal(drawn, np.rint(raw / 16 * 255))


def test_regression_is_assessed_by_residuals_without_pictures(tmp_path: Path, settings: Settings) -> None:
    planned, prepared = planned_trial(REGRESSION, tmp_path, settings)
    samples = load_prepared(prepared, settings)
    outputs = {"train": samples.train.y, "val": samples.validation.y, "test": samples.test.y + 2}

    _, found = evaluated(planned, prepared, outputs, settings)

    assert found.residuals is not None
    assert found.residuals.mean == pytest.approx(2)
    assert found.confusion is None
    assert [mistake.image for mistake in found.mistakes] == [None] * 12
