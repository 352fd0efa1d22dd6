"""Files of weights reach the processes that build and train, through a real store, on a machine without the mirror."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ablation.data import DataUnavailable
from ablation.pipeline import (
    PilotFailed,
    PlannedTrial,
    RangeRequest,
    RangeTestFailed,
    RunContext,
    build_variant,
    new_run_id,
    plan_run,
    run_pilot,
    run_range_test,
    train_trial,
)
from ablation.pipeline.datasets import fetch_weights, prepare_data
from ablation.pipeline.trials.training import BuildFailed
from ablation.processes import Slots
from ablation.settings import Settings
from ablation.spec import load_study
from ablation.store import Store, dataset_key, open_store, put_dataset

CONTENT = b"these are no weights, but a file with the digest of the spec"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
STUDY = f"""\
study: weights
data:
  dataset: digits
  subset: {{train: 20, test: 10}}
  normalize: [{{kind: resize, height: 32, width: 32}}]
model:
  layers:
    - {{kind: reshape, name: image, target_shape: [32, 32, 1]}}
    - {{kind: conv2d, name: colours, filters: 3, kernel_size: 1}}
    - kind: backbone
      name: features
      network: mobilenet_v2
      alpha: 0.35
      weights: {{file: features.weights.h5, sha256: {SHA256}}}
    - {{kind: global_average_pooling2d, name: mean}}
    - {{kind: dense, name: output, units: 10}}
training: {{optimizer: {{kind: sgd, learning_rate: 0.1}}, epochs: 1}}
seeds: [0]
variants: {{baseline: {{}}, longer: {{set: {{training.epochs: 2}}}}}}
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return a store, in a working directory with a study and a mirror of its file of weights."""
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "features.weights.h5").write_bytes(CONTENT)
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    for name in ("ABLATION_STORE", "ABLATION_DATASETS", "ABLATION_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    with contextlib.chdir(tmp_path), open_store(Settings()) as store:
        yield store


def planned() -> PlannedTrial:
    return plan_run(load_study(Path("study.yaml")), new_run_id(datetime.now(UTC))).trials[0]


def context(store: Store) -> RunContext:
    return RunContext(study="weights", run_id="run", store=store.location, threads=1, workers=1, timeout_s=60)


def test_weights_of_the_mirror_are_kept_for_machines_without_it(store: Store) -> None:
    model = planned().trial.spec.model
    fetch_weights(model, store, Settings(datasets="mirror"))
    assert store.get(dataset_key(SHA256)) == CONTENT
    other = Settings(cache_dir=Path("other"))
    fetch_weights(model, store, other)
    assert (Path("other") / "files" / SHA256 / "features.weights.h5").read_bytes() == CONTENT


def test_weights_that_are_nowhere_stop_the_build_before_a_process_starts(store: Store) -> None:
    trial = planned()
    prepared = prepare_data(trial.trial.spec.data, trial.dataset, 0, store, Settings())
    with pytest.raises(
        DataUnavailable, match=r"features\.weights\.h5 cannot be fetched:\n  the store: it is not there"
    ):
        build_variant(trial, prepared, context(store), Slots(1))
    with pytest.raises(DataUnavailable, match=r"features\.weights\.h5 cannot be fetched"):
        train_trial(trial, prepared, context(store), Slots(1))


@pytest.mark.parametrize("command", ["range test", "pilot"])
def test_weights_that_are_nowhere_stop_range_test_and_pilot(store: Store, command: str) -> None:
    study = load_study(Path("study.yaml"))
    with pytest.raises(
        DataUnavailable, match=r"features\.weights\.h5 cannot be fetched:\n  the store: it is not there"
    ):
        if command == "pilot":
            run_pilot(study, store, Settings(), workers=1)
        else:
            run_range_test(study, RangeRequest(), store, Settings())


OWN = """data:
  dataset:
    uri: a.csv
    sha256: {sha256}
    classes: 2
    format: {{kind: csv, targets: [y]}}
    holdout: {{test_fraction: 0.5}}
model: {{layers: [{{kind: dense, name: output, units: 2}}]}}
training: {{optimizer: {{kind: sgd, learning_rate: 0.1}}, epochs: 1}}
study: own
seeds: [0]
variants: {{baseline: {{}}, longer: {{set: {{training.epochs: 2}}}}}}
"""


@pytest.mark.slow
def test_range_test_and_pilot_have_a_file_that_only_the_store_has(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "1,0\n2,1\n" * 10, encoding="utf-8")
    own = OWN.format(sha256=hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest())
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    put_dataset(store, tmp_path / "a.csv")
    (tmp_path / "a.csv").unlink()
    study = load_study(Path("own.yaml"), overrides=("runtime.timeout_min=1e-6",))  # ends as soon as it has its data
    with pytest.raises(RangeTestFailed, match="over its time limit"):
        run_range_test(study, RangeRequest(), store, Settings(cache_dir=Path("one")))
    with pytest.raises(PilotFailed, match="over its time limit"):
        run_pilot(study, store, Settings(cache_dir=Path("other")), workers=1)


@pytest.mark.slow
def test_process_that_builds_reads_the_weights_that_the_store_had(store: Store) -> None:
    trial = planned()
    prepared = prepare_data(trial.trial.spec.data, trial.dataset, 0, store, Settings())
    fetch_weights(trial.trial.spec.model, store, Settings(cache_dir=Path("other"), datasets="mirror"))
    with pytest.raises(BuildFailed, match=r"model\.layers\.features\.weights: features\.weights\.h5 does not hold"):
        build_variant(trial, prepared, context(store), Slots(1))
