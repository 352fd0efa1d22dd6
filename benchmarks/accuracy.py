"""Whether what is faster also learns as much: several seeds of each experiment, both ways."""

from __future__ import annotations

from scipy.stats import ttest_ind

from ablation.spec import load_study
from benchmarks.arrays import prepare_study, write_arrays
from benchmarks.bench import Bench
from benchmarks.experiments import Experiment
from benchmarks.figures import Accuracy, Scores

SEEDS = 5


def compare_accuracy(experiments: tuple[Experiment, ...], bench: Bench) -> Accuracy:
    """Train a small form of each experiment with five seeds, both ways."""
    return Accuracy(scores=tuple(scores for experiment in experiments for scores in _compare(experiment, bench)))


def _compare(experiment: Experiment, bench: Bench) -> list[Scores]:
    form = experiment.comparison
    overrides = (*experiment.overrides, *form.overrides, f"training.epochs={form.epochs}", f"seeds={SEEDS}")
    prepare_study(load_study(experiment.path, overrides=overrides, only=form.variants), bench)
    ours = _train(experiment, overrides, bench)
    plain = _fit_plainly(experiment, bench)
    found = [_scores(experiment, variant, ours[variant], plain[variant]) for variant in form.variants]
    for scores in found:
        print(f"{experiment.name} {scores.variant}: difference {scores.low:+.4f} to {scores.high:+.4f}", flush=True)
    return found


def _train(experiment: Experiment, overrides: tuple[str, ...], bench: Bench) -> dict[str, list[float]]:
    form = experiment.comparison
    changed = [argument for override in overrides for argument in ("--set", override)]
    chosen = [argument for variant in form.variants for argument in ("--only", variant)]
    _, result = bench.measure(bench.new_place(), "cli", "run", str(experiment.path), "--json", *changed, *chosen)
    scores: dict[str, list[float]] = {}
    for trial in result["trials"]:
        scores.setdefault(trial["variant"], []).append(trial["metrics"][form.metric])
    return scores


def _fit_plainly(experiment: Experiment, bench: Bench) -> dict[str, list[float]]:
    form = experiment.comparison
    arrays = write_arrays(experiment.path, (*experiment.arrays, *form.overrides), bench)
    seeds = ["--seeds", *map(str, range(SEEDS)), "--epochs", str(form.epochs)]
    script = f"benchmarks.plain.{experiment.plain}"
    _, fits = bench.measure(bench.new_place(), script, str(arrays), "--only", *form.variants, *seeds)
    scores: dict[str, list[float]] = {}
    for fit in fits:
        scores.setdefault(fit["variant"], []).append(fit["score"])
    return scores


def _scores(experiment: Experiment, variant: str, ours: list[float], plain: list[float]) -> Scores:
    """Return both ways' scores with the interval of the difference of their means.

    Source: Welch, 1947: the variances of the two ways may differ.
    """
    interval = ttest_ind(ours, plain, equal_var=False).confidence_interval(0.95)
    return Scores(
        experiment=experiment.name,
        variant=variant,
        metric=experiment.comparison.metric,
        ours=tuple(ours),
        plain=tuple(plain),
        difference=sum(ours) / len(ours) - sum(plain) / len(plain),
        low=float(interval.low),
        high=float(interval.high),
    )
