"""Made-up studies for the tests of the report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser

from ablation.analysis import compare
from ablation.history import History
from ablation.records import BlobRef, Determinism, RunManifest, TrialOutcome, TrialStatus
from ablation.report import StudyReport
from tests.summaries import run

FINGERPRINT = "0" * 64
BLOB = BlobRef(sha256=FINGERPRINT, bytes=1, content_type="text/csv")
VOID = frozenset({"meta", "br", "img", "link", "hr", "input"})


def history(level: float = 0.0, *, epochs: int = 6, diverges_at: int | None = None) -> History:
    """Return a history whose validation loss turns at epoch 3."""
    numbers = range(1, epochs + 1)
    columns = {
        "epoch": [float(epoch) for epoch in numbers],
        "loss": [level + 1 / epoch for epoch in numbers],
        "val_loss": [level + 1 + 0.1 * abs(epoch - 3) for epoch in numbers],
        "objective": [level + 1 / epoch + 0.1 for epoch in numbers],
    }
    if diverges_at is not None:
        for name in ("loss", "val_loss", "objective"):
            values = columns[name]
            columns[name] = values[: diverges_at - 2] + [1e30] + [math.nan] * (epochs - diverges_at + 1)
    return History(columns=columns)


def on_cpu(threads: int = 1) -> Determinism:
    """Return how TensorFlow trains on a processor."""
    return Determinism(
        level="bit-exact",
        backend="tensorflow",
        has_deterministic_operations=True,
        threads=threads,
        device="cpu",
        device_name="AMD EPYC",
        instructions=("avx2", "fma"),
    )


def study(
    variants: Sequence[str] = ("original", "l2"),
    seeds: Sequence[int] = (0, 1, 2),
    *,
    failed: Mapping[tuple[str, int], TrialStatus] | None = None,
    epochs: int = 6,
    metric: str = "val_loss",
    margin: float | None = 0.01,
) -> StudyReport:
    """Return a report in which each variant is a little better than the one before."""
    statuses = failed or {}
    trials: list[TrialOutcome] = []
    histories: dict[str, dict[int, History]] = {}
    for place, variant in enumerate(variants):
        for seed in seeds:
            status = statuses.get((variant, seed), "trained")
            level = 1.0 - 0.1 * place + 0.01 * seed + 0.002 * ((seed + place) % 3)
            is_failed = status != "trained"
            histories.setdefault(variant, {})[seed] = history(
                level, epochs=epochs, diverges_at=4 if is_failed else None
            )
            trials.append(
                TrialOutcome(
                    variant=variant,
                    seed=seed,
                    fingerprint=FINGERPRINT,
                    status=status,
                    metrics={} if is_failed else {metric: level, "test_accuracy": 0.9},
                    epochs=epochs,
                    train_s=1.5,
                    parameters=1000,
                    peak_rss_bytes=2**30,
                    determinism=on_cpu(),
                    error="the loss was <b>nan</b>" if is_failed else None,
                    files={"log.txt": BLOB} if is_failed else {"history.csv": BLOB, "model.keras": BLOB},
                )
            )
    comparison = compare(trials, metric=metric, direction="min", baseline=variants[0], margin=margin, variants=variants)
    return StudyReport(
        study="overfitting",
        run_id="20261121-0412-7f3a",
        question="Which regulariser closes the gap?",
        source="Chollet, 4.4",
        finished_at=datetime(2026, 11, 21, 4, 12, tzinfo=UTC),
        wall_s=220.0,
        seeds=tuple(seeds),
        comparison=comparison,
        trials=tuple(trials),
        changes={variant: f"layers.{variant}: true" for variant in variants[1:]},
        reproduce="ablate run specs/overfitting.yaml",
        environment={"keras": "3.15.0"},
        histories=histories,
        notes=("the test set was used for validation",),
    )


def manifest(study_name: str, run_id: str, headline: str = "l2 helps") -> RunManifest:
    """Return the manifest of a complete run that has no summary, as older versions wrote it."""
    return run(run_id, None, study_name, headline).model_copy(update={"trials": {"trained": 4, "failed": 0}})


class Page(HTMLParser):
    """What a test asks of a page: its text, its tags and attributes, and whether every tag is closed."""

    def __init__(self, content: bytes) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.headings: list[str] = []
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag of an SVG that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost tag, which has to be this one."""
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        """Remember text outside styles and scripts."""
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)

    @property
    def text(self) -> str:
        """All text, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def attributes(self, tag: str, name: str) -> list[str]:
        """Return the values of one attribute of all tags of a name."""
        return [value for found, attrs in self.tags if found == tag and (value := attrs.get(name)) is not None]
