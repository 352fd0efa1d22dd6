"""A study of heads on a frozen network, as `ablate run` runs it."""

from __future__ import annotations

import pytest

from tests.conftest import Project
from tests.flows.test_ablation import statuses, task_runs

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.slow]

# Digits of 8x8 become images of 32x32 in three colours, as a network of keras.applications takes them.
HEADS = """\
study: tiny
data:
  dataset: digits
  subset: {train: 60, test: 20}
  validation: {fraction: 0.25}
  normalize: [{kind: resize, height: 32, width: 32}, {kind: rescale, scale: 0.0625}]
model:
  layers:
    - {kind: reshape, name: image, target_shape: [32, 32, 1]}
    - {kind: conv2d, name: colours, filters: 3, kernel_size: 1, trainable: false}
    - {kind: backbone, name: net, network: mobilenet, alpha: 0.25, weights: none, preprocess: false}
    - {kind: global_average_pooling2d, name: pool}
    - {kind: dense, name: hidden, units: 8, activation: relu, enabled: false}
    - {kind: dense, name: output, units: 10}
training: {epochs: 1, batch_size: 20}
seeds: [0]
variants:
  linear: {}
  hidden: {set: {model.layers.hidden.enabled: true}}
  unpooled: {set: {model.layers.pool.kind: flatten}}
  plain: {set: {training.share_features: false}}
"""


def test_run_extracts_features_of_a_frozen_network_once_for_its_heads(project: Project, prefect_api_url: str) -> None:
    code, result = project.run_json("run", project.write(HEADS))

    assert code == 0, result
    assert set(statuses(result).values()) == {"trained"}
    states = task_runs(prefect_api_url, result["run_id"])
    assert [state for name, state in states.items() if name.startswith("extract")] == ["COMPLETED"]
    folders = sorted((project.directory / ".ablation-cache" / "features").glob("*/*/x_train.npy"))
    assert len(folders) == 2
    assert len({path.parent.parent for path in folders}) == 1
    accuracy = {trial["variant"]: trial["metrics"]["val_loss"] for trial in result["trials"]}
    assert accuracy["linear"] == pytest.approx(accuracy["plain"], rel=1e-3)

    code, again = project.run_json("run", "study.yaml", "--no-cache", "--only", "hidden")

    assert code == 0, again
    assert not any(name.startswith("extract") for name in task_runs(prefect_api_url, again["run_id"]))
    assert again["trials"][0]["metrics"] == result["trials"][0]["metrics"]


def test_run_whose_features_cannot_be_extracted_says_why_and_trains_the_rest(project: Project) -> None:
    cache = project.directory / ".ablation-cache"
    cache.mkdir()
    (cache / "features").write_text("no folder")

    code, result = project.run_json("run", project.write(HEADS), "--only", "plain")

    assert code == 1
    assert statuses(result) == {("linear", 0): "failed", ("plain", 0): "trained"}
    assert "the features of net could not be extracted" in result["trials"][0]["error"]
