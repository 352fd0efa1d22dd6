from __future__ import annotations

from pathlib import Path

import pytest

from ablation.pipeline import PastTrial, Pilot, RunPlan, estimate_study, plan_run
from ablation.records import BlobRef, TrialOutcome
from ablation.spec import Study, load_study
from tests.conftest import TINY
from tests.report.studies import on_cpu

# 64 inputs x 8 and 8 biases, 8 x 10 and 10 biases; the four numbers of each normalised unit.
PARAMETERS = 64 * 8 + 8 + 8 * 10 + 10


def study(directory: Path, text: str = TINY) -> tuple[Study, RunPlan]:
    (directory / "study.yaml").write_text(text, encoding="utf-8")
    loaded = load_study(directory / "study.yaml")
    return loaded, plan_run(loaded, "plan")


def past(plan: RunPlan, variant: str, seed: int, train_s: float, **files: int) -> PastTrial:
    planned = next(each for each in plan.trials if (each.trial.variant, each.trial.seed) == (variant, seed))
    blobs = {name: BlobRef(sha256="0" * 64, bytes=count, content_type="x/y") for name, count in files.items()}
    outcome = TrialOutcome(
        variant=variant,
        seed=seed,
        fingerprint=planned.fingerprint,
        status="trained",
        epochs=planned.trial.spec.training.epochs,
        parameters=PARAMETERS,
        train_s=train_s,
        files=blobs,
    )
    return PastTrial(planned, outcome)


def test_estimate_without_past_trials_knows_parameters_and_no_time(tmp_path: Path) -> None:
    estimate = estimate_study(*study(tmp_path), (), workers=2)
    assert [variant.parameters for variant in estimate.variants] == [PARAMETERS, PARAMETERS]
    assert [variant.train_s for variant in estimate.variants] == [None, None]
    assert estimate.wall_s is None
    assert "--pilot" in estimate.variants[0].basis
    assert (estimate.trials, estimate.finished, estimate.to_train) == (4, 0, 4)


def test_estimate_of_a_variant_is_the_median_of_its_finished_seeds(tmp_path: Path) -> None:
    loaded, plan = study(tmp_path, TINY.replace("seeds: [0, 1]", "seeds: 4"))
    finished = tuple(past(plan, "baseline", seed, seconds) for seed, seconds in enumerate([1.0, 9.0, 2.0]))
    baseline, _ = estimate_study(loaded, plan, finished, workers=2).variants
    assert baseline.train_s == 2.0
    assert baseline.basis == "3 finished trials of this variant"
    assert baseline.finished == 3


def test_estimate_of_a_new_variant_is_that_of_the_nearest(tmp_path: Path) -> None:
    loaded, plan = study(tmp_path)
    _, l2 = estimate_study(loaded, plan, (past(plan, "baseline", 0, 6.0),), workers=2).variants
    assert l2.train_s == 6.0
    assert l2.basis == "1 finished trial of what is most like it (baseline)"


def test_estimate_scales_with_the_epochs(tmp_path: Path) -> None:
    _, short = study(tmp_path)
    loaded, plan = study(tmp_path, TINY.replace("epochs: 2", "epochs: 10"))
    baseline, _ = estimate_study(loaded, plan, (past(short, "baseline", 0, 3.0),), workers=2).variants
    assert baseline.train_s == 15.0
    assert baseline.finished == 0


@pytest.mark.parametrize(("workers", "wall_s"), [(1, 12.0), (2, 6.0), (8, 4.0)])
def test_wall_time_is_shared_by_no_more_workers_than_trials(tmp_path: Path, workers: int, wall_s: float) -> None:
    loaded, plan = study(tmp_path)
    estimate = estimate_study(loaded, plan, (past(plan, "baseline", 0, 4.0),), workers=workers)
    assert estimate.to_train == 3
    assert estimate.train_s == 12.0
    assert estimate.wall_s == wall_s


@pytest.mark.parametrize(("before", "others"), [((1, 1), (1,)), ((2, 2), ()), ((1, 4), (1, 4)), ((None, 2), ())])
def test_estimate_names_the_threads_of_finished_trials_that_had_another_number(
    tmp_path: Path, before: tuple[int | None, ...], others: tuple[int, ...]
) -> None:
    loaded, plan = study(tmp_path, TINY + "runtime: {threads: 2}\n")
    finished = tuple(trained_with(past(plan, "baseline", seed, 1.0), threads) for seed, threads in enumerate(before))
    estimate = estimate_study(loaded, plan, finished, workers=1)
    assert (estimate.threads, estimate.other_threads) == (2, others)


def trained_with(trial: PastTrial, threads: int | None) -> PastTrial:
    way = None if threads is None else on_cpu(threads)
    return PastTrial(trial.planned, trial.outcome.model_copy(update={"determinism": way}))


def test_threads_of_trials_of_an_earlier_spec_are_not_named(tmp_path: Path) -> None:
    _, other = study(tmp_path, TINY.replace("epochs: 2", "epochs: 3"))
    loaded, plan = study(tmp_path, TINY + "runtime: {threads: 2}\n")
    finished = (trained_with(past(other, "baseline", 0, 1.0), 1),)
    assert estimate_study(loaded, plan, finished, workers=1).other_threads == ()


def test_pilot_tells_the_time_of_what_was_never_trained(tmp_path: Path) -> None:
    loaded, plan = study(tmp_path, TINY.replace("epochs: 2", "epochs: 11"))
    pilot = Pilot(variant="baseline", epochs=2, first_s=3.0, epoch_s=0.5)
    finished = (past(plan, "l2", 0, 6.0),)
    baseline, l2 = estimate_study(loaded, plan, finished, workers=1, pilot=pilot).variants
    assert baseline.train_s == 3.0 + 10 * 0.5
    assert l2.train_s == 6.0


def test_storage_counts_weights_and_what_the_optimiser_keeps(tmp_path: Path) -> None:
    plain = estimate_study(*study(tmp_path), (), workers=1).variants[0].storage_bytes
    with_adam = TINY.replace("{kind: sgd, learning_rate: 0.1}", "{kind: adam}")
    adam = estimate_study(*study(tmp_path, with_adam), (), workers=1).variants[0].storage_bytes
    assert adam - plain == 2 * 4 * PARAMETERS
    assert plain == 330_000 + 4 * (PARAMETERS + (120 + 60) * 10)


def test_storage_is_that_of_trials_on_the_same_data(tmp_path: Path) -> None:
    loaded, plan = study(tmp_path)
    finished = (past(plan, "baseline", 0, 1.0, **{"model.keras": 10 * PARAMETERS, "log.txt": 500}),)
    assert estimate_study(loaded, plan, finished, workers=1).variants[1].storage_bytes == 500 + 10 * PARAMETERS


def test_equal_variants_are_trained_once(tmp_path: Path) -> None:
    twin = "  twin: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.01}}}\n"
    estimate = estimate_study(*study(tmp_path, TINY + twin), (), workers=1)
    assert (estimate.trials, estimate.to_train) == (6, 4)


FROZEN = """\
study: frozen
data: {dataset: cifar10}
model:
  layers:
    - {kind: backbone, name: net, network: mobilenet_v2}
    - {kind: global_average_pooling2d, name: pool}
    - {kind: dropout, name: drop, rate: 0.5, enabled: false}
    - {kind: dense, name: output, units: 10}
training: {epochs: 2}
seeds: [0]
variants:
  linear: {}
  dropout: {set: {model.layers.drop.enabled: true}}
  unpooled: {set: {model.layers.pool.kind: flatten}}
  tuned: {set: {model.layers.net.trainable: true}}
  augmented: {set: {data.augment: [{kind: flip}]}}
  wide: {set: {model.layers.net.alpha: 1.4}}
"""


def test_estimate_names_variants_that_share_frozen_layers(tmp_path: Path) -> None:
    estimate = estimate_study(*study(tmp_path, FROZEN), (), workers=2)
    assert [(each.layers, each.variants) for each in estimate.shared] == [
        (("net",), ("linear", "dropout", "unpooled")),
        (("net",), ("wide",)),
    ]


def test_estimate_of_a_study_without_frozen_layers_shares_nothing(tmp_path: Path) -> None:
    assert estimate_study(*study(tmp_path), (), workers=2).shared == ()
