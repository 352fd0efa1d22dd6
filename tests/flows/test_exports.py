"""`publish.formats` as a user meets it: each trained model in every format, trained before or now."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ablation.training import InputContract
from ablation.training.exporting.formats import read_export
from tests.conftest import Project

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.slow]

FOLDER = "variants/baseline/seed-0"


def manifests(project: Project) -> list[list[str]]:
    """Return the attempts of each trial."""
    trials = sorted((project.directory / "artifacts/trials").iterdir())
    return [sorted(path.name for path in trial.iterdir()) for trial in trials]


def published(project: Project, run_id: str) -> set[str]:
    return {path.name for path in (project.published(run_id) / FOLDER).iterdir()}


def test_models_are_published_in_every_format_that_is_asked_for(project: Project) -> None:
    code, run = project.run_json(
        "run", project.write(), "--set", "publish.formats=[keras, saved_model, tflite]", "--set", "seeds=[0]"
    )
    assert code == 0
    assert {trial["status"] for trial in run["trials"]} == {"trained"}
    for trial in run["trials"]:
        assert [each["format"] for each in trial["exports"]] == ["keras", "saved_model", "tflite"]
        assert all(each["largest_difference"] <= each["tolerance"] and not each["error"] for each in trial["exports"])
    folder = project.published(run["run_id"]) / FOLDER
    assert {"model.keras", "saved_model.zip", "model.tflite", "inputs.json"} <= published(project, run["run_id"])
    contract = InputContract.model_validate_json((folder / "inputs.json").read_bytes())
    assert (contract.dtype, contract.shape, contract.outside) == ("uint8", (8, 8), ())
    assert read_export("tflite", folder / "model.tflite")(np.zeros((3, 8, 8), dtype=np.uint8)).shape == (3, 10)


def test_finished_trials_are_exported_later_without_being_trained_again(project: Project) -> None:
    code, first = project.run_json("run", project.write())
    assert (code, manifests(project)) == (0, [["attempt-1"]] * 4)
    before = project.published(first["run_id"]) / FOLDER / "model.keras"
    code, second = project.run_json("run", "study.yaml", "--set", "publish.formats=[tflite]")
    assert code == 0
    assert {trial["status"] for trial in second["trials"]} == {"cached"}
    assert manifests(project) == [["attempt-1", "attempt-2"]] * 4
    after = project.published(second["run_id"]) / FOLDER
    assert (after / "model.keras").read_bytes() == before.read_bytes()
    assert "model.tflite" in published(project, second["run_id"])
    one, two = (_manifest(project, attempt) for attempt in (1, 2))
    assert one["provenance"] == two["provenance"]
    assert one["outcome"]["metrics"] == two["outcome"]["metrics"]
    code, third = project.run_json("run", "study.yaml", "--set", "publish.formats=[tflite]")
    assert (code, manifests(project)) == (0, [["attempt-1", "attempt-2"]] * 4)
    assert "model.tflite" in published(project, third["run_id"])
    code, fourth = project.run_json("run", "study.yaml")
    assert "model.tflite" not in published(project, fourth["run_id"])


def test_trial_whose_files_prove_to_be_damaged_is_trained_again_by_the_run_that_exports_it(project: Project) -> None:
    code, first = project.run_json("run", project.write(), "--set", "seeds=[0]")
    assert code == 0
    for name in ("predictions.npz", "model.keras"):
        (blob,) = (project.directory / "artifacts/blobs").rglob(first["trials"][1]["files"][name]["sha256"])
        blob.write_bytes(b"?" + blob.read_bytes()[1:])
    code, second = project.run_json("run", "study.yaml", "--set", "seeds=[0]", "--set", "publish.formats=[tflite]")
    assert (code, [trial["status"] for trial in second["trials"]]) == (0, ["cached", "trained"])
    assert [[each["error"] for each in trial["exports"]] for trial in second["trials"]] == [[None], [None]]
    assert project.call_json("verify", "latest")[0] == 0


def _manifest(project: Project, attempt: int) -> dict[str, dict[str, object]]:
    (path, *_) = sorted(Path(project.directory, "artifacts/trials").glob(f"*/attempt-{attempt}/manifest.json"))
    manifest: dict[str, dict[str, object]] = json.loads(path.read_bytes())
    return manifest
