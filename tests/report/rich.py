"""A large made-up study with everything that a page can show: 20 variants, 5 seeds, 60 epochs, curves drawn by seed."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ablation.analysis import (
    FactorAnalysis,
    FairnessWarning,
    Interaction,
    MainEffect,
    Overfitting,
    compare,
)
from ablation.history import History
from ablation.records import Assessment, Confusion, Mistake, ReliabilityBin, Residuals, TrialOutcome
from ablation.report import StudyReport

from .studies import BLOB, FINGERPRINT, on_cpu, study

NAMES = (
    "baseline", "dropout", "weight_decay", "label_smoothing", "batch_norm", "layer_norm", "augmentation", "mixup",
    "early_stopping", "smaller", "wider", "deeper", "adam", "sgd_momentum", "cosine_schedule", "gelu", "residual",
    "averaged_weights", "dropout_weight_decay", "long-named_variant_with_many_words",
)  # fmt: skip
DIGITS = tuple("0123456789")


def rich_study(names: Sequence[str] = NAMES, seeds: int = 5, epochs: int = 60) -> StudyReport:
    """Return a report with curves, factors, assessments, overfitting, fairness warnings and two failed trials."""
    trials: list[TrialOutcome] = []
    histories: dict[str, dict[int, History]] = {}
    for place, name in enumerate(names):
        for seed in range(seeds):
            rng = np.random.default_rng((place, seed))
            is_failed = seeds > 2 and (name, seed) in {(names[-1], 1), (names[len(names) // 2], 2)}
            history = _history(place, rng, epochs, diverges_at=9 if is_failed else None)
            histories.setdefault(name, {})[seed] = history
            trials.append(_trial(name, seed, history, is_failed=is_failed))
    plain = study(names[:2], (0, 1))
    compared = {
        metric: compare(trials, metric=metric, direction=direction, baseline=names[0], margin=None, variants=names)
        for metric, direction in (("test_accuracy", "max"), ("test_loss", "min"))
    }
    comparison = compare(
        trials, metric="val_loss", direction="min", baseline=names[0], margin=0.01, variants=names
    ).model_copy(update={"factors": _factors()})
    return plain.model_copy(
        update={
            "study": "mnist-regularisers",
            "question": "Which regulariser closes the generalisation gap of a dense classifier on handwritten digits?",
            "comparison": comparison,
            "trials": tuple(trials),
            "histories": histories,
            "seeds": tuple(range(seeds)),
            "others": compared,
            "changes": {name: f"model.layers.{name}: {{enabled: true, rate: 0.5}}\n" for name in names[1:]},
            "overfitting": {
                name: {seed: _overfitting(each) for seed, each in found.items()} for name, found in histories.items()
            },
            "assessments": {
                name: {seed: _assessment(place, seed) for seed in range(seeds)} for place, name in enumerate(names)
            },
            "fairness": (
                FairnessWarning(kind="selection on the test set", sentence="the test set chose every epoch"),
                FairnessWarning(
                    kind="unequal steps", sentence="augmentation and mixup took 12 % fewer steps than the others"
                ),
            ),
            "environment": {
                "commit": "6ddd8bf1c2d3",
                "data": f"mnist sha256:{FINGERPRINT[:16]}",
                "keras": "3.15.0",
                "tensorflow": "2.21.0",
                "machine": "2 cores, 8 GiB",
            },
            "notes": (),
        }
    )  # fmt: skip


def _history(place: int, rng: np.random.Generator, epochs: int, *, diverges_at: int | None) -> History:
    steps = np.arange(1, epochs + 1)
    speed, level = 4 + place % 5, 0.24 - 0.006 * place
    training = 0.9 * np.exp(-steps / speed) + 0.02 + 0.002 * place
    overfit = (0.0045 - 0.00035 * place) * np.maximum(0, steps - 8 - place)
    validation = 0.9 * np.exp(-steps / speed) + level + overfit + rng.normal(0, 0.006, epochs) + rng.normal(0, 0.008)
    training = training + np.abs(rng.normal(0, 0.003, epochs))
    accuracy = 1 - 0.3 * training
    columns = {
        "epoch": steps.astype(float),
        "loss": training,
        "accuracy": accuracy,
        "val_loss": validation,
        "val_accuracy": 1 - 0.28 * validation,
    }
    if diverges_at is not None:
        for name in ("loss", "val_loss"):
            columns[name] = columns[name].copy()
            columns[name][diverges_at - 1] = 1e20
            columns[name][diverges_at:] = math.nan
    return History(columns={name: [float(value) for value in values] for name, values in columns.items()})


def _trial(name: str, seed: int, history: History, *, is_failed: bool) -> TrialOutcome:
    validation = history.columns["val_loss"]
    metrics = {
        "val_loss": validation[-1],
        "test_loss": validation[-1] * 1.05,
        "test_accuracy": 1 - 0.28 * validation[-1],
    }
    files = ("history.csv", "model.keras", "curves.svg", "metrics.json", "log.txt")
    return TrialOutcome(
        variant=name,
        seed=seed,
        fingerprint=FINGERPRINT,
        status="diverged" if is_failed else "trained",
        metrics={} if is_failed else metrics,
        epochs=10 if is_failed else len(validation),
        best_epoch=None if is_failed else 12 + seed,
        train_s=21.5 + seed + len(name),
        parameters=101_770 + 100 * len(name),
        peak_rss_bytes=700 * 2**20 + seed * 2**22,
        determinism=on_cpu(2),
        error="the loss was not finite at epoch 10\n  got nan after 1e+20." if is_failed else None,
        files=dict.fromkeys(("log.txt",) if is_failed else files, BLOB),
    )


def _overfitting(history: History) -> Overfitting:
    losses, training = history.columns["val_loss"], history.columns["loss"]
    gaps = tuple(None if math.isnan(one) else one - two for one, two in zip(losses, training, strict=True))
    known = [gap for gap in gaps if gap is not None and gap < 1e6]
    finite = [loss if math.isfinite(loss) else math.inf for loss in losses]
    best = finite.index(min(finite)) + 1
    is_turning = losses[-1] > min(finite) + 0.02
    return Overfitting(
        is_clean=True,
        epochs=tuple(history.epochs()),
        gaps=tuple(None if gap is not None and gap > 1e6 else gap for gap in gaps),
        best_epoch=best,
        turning_epoch=best + 1 if is_turning else None,
        last_gap=known[-1],
        best_gap=known[min(best, len(known)) - 1],
        area=sum(known),
    )


def _assessment(place: int, seed: int) -> Assessment:
    rng = np.random.default_rng((7, place, seed))
    counts = rng.poisson(2 + 8 * rng.random((10, 10)) ** 6)
    np.fill_diagonal(counts, 930 + rng.integers(0, 60, 10))
    confidences = np.linspace(0.05, 0.95, 10)
    shares = np.clip(confidences - 0.12 * np.sin(math.pi * confidences) + rng.normal(0, 0.015, 10), 0, 1)
    return Assessment(
        samples=10_000,
        confusion=Confusion(labels=DIGITS, counts=tuple(tuple(int(cell) for cell in row) for row in counts)),
        calibration_error=0.03 + 0.002 * place + 0.001 * seed,
        reliability=tuple(
            ReliabilityBin(
                low=step / 10,
                high=(step + 1) / 10,
                count=int(40 * 2**step),
                confidence=float(confidences[step]),
                accuracy=float(shares[step]),
            )
            for step in range(10)
        ),
        mistakes=tuple(_mistake(rank, rng) for rank in range(12)),
    )


def _mistake(rank: int, rng: np.random.Generator) -> Mistake:
    rows, columns = np.mgrid[0:28, 0:28]
    angle = rng.random() * math.pi
    stroke = np.abs((rows - 14) * math.cos(angle) + (columns - 14) * math.sin(angle)) < 2.5
    ring = np.abs(np.hypot(rows - 9 - 6 * rng.random(), columns - 14) - 6) < 1.6
    pixels = np.where(stroke | ring, 230, 12).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG")
    truth, predicted = rng.choice(10, 2, replace=False)
    return Mistake(
        index=int(rng.integers(0, 10_000)),
        truth=str(truth),
        predicted=str(predicted),
        probability=0.999 - 0.004 * rank,
        loss=9.0 - 0.3 * rank,
        image=base64.b64encode(content.getvalue()).decode("ascii"),
    )


def regression(report: StudyReport) -> StudyReport:
    """Return the same study as if it were a regression: residuals instead of classes."""
    edges = np.linspace(-3, 3, 25)

    def assess(place: int) -> Assessment:
        values = np.random.default_rng((9, place)).normal(0.05 * place, 0.8, 2000)
        counts, _ = np.histogram(values, edges)
        residuals = Residuals(
            mean=float(values.mean()),
            sd=float(values.std()),
            quantiles={"0.05": -1.3, "0.5": 0.0, "0.95": 1.3},
            edges=tuple(float(edge) for edge in edges),
            counts=tuple(int(count) for count in counts),
        )
        return Assessment(samples=2000, residuals=residuals)

    found = {name: {0: assess(place)} for place, name in enumerate(report.variants)}
    return report.model_copy(update={"assessments": found})


def _factors() -> FactorAnalysis:
    names = ("dropout", "weight_decay", "augmentation")
    sizes = {"dropout": -0.08, "weight_decay": -0.03, "augmentation": 0.004}
    main = tuple(
        MainEffect(
            factor=name,
            level="on",
            difference=size,
            low=size - 0.012,
            high=size + 0.011,
            seeds=5,
            verdict="helps" if size < -0.02 else "inconclusive",
        )
        for name, size in sizes.items()
    )
    pairs = ((names[0], names[1], 0.02), (names[0], names[2], 0.001), (names[1], names[2], -0.004))
    interactions = tuple(
        Interaction(
            factors=(one, two),
            levels=("on", "on"),
            difference=size,
            low=size - 0.009,
            high=size + 0.009,
            seeds=5,
            cells=((0.41, 0.41 + sizes[two]), (0.41 + sizes[one], 0.41 + sizes[one] + sizes[two] + size)),
        )
        for one, two, size in pairs
    )
    return FactorAnalysis(
        main=main, interactions=interactions, shares={"dropout": 0.71, "weight_decay": 0.24, "augmentation": 0.05}
    )
