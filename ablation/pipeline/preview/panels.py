"""What is drawn as histograms and bars: features, lengths, targets, class balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ablation.data import Array
from ablation.data.describing import histogram, in_batches, lengths_of
from ablation.pipeline.preview.facts import DataPreview
from ablation.pipeline.preview.subject import ALL, Subject
from ablation.report.preview import Balance, Panel
from ablation.spec.encoders import Padded

MOST_FEATURES = 12
MOST_TARGETS = 3
BINS = 24
LONGEST_SHOWN = 0.99


def panels_of(subject: Subject, facts: DataPreview) -> tuple[list[Panel], list[str]]:
    """Return the histograms, and what they leave out."""
    panels, notes = _targets(subject)
    if facts.kind == "sequences":
        lengths, left_out = _lengths(subject)
        panels, notes = [lengths, *panels], [*notes, *left_out]
    if facts.kind == "table" and subject.normalized_columns() != ALL:
        features, left_out = _features(subject)
        panels, notes = [*features, *panels], [*notes, *left_out]
    return panels, notes


def panels_title(facts: DataPreview) -> str:
    """Say what the histograms are of."""
    of = {"sequences": ["lengths before encoding"], "table": ["features as the network reads them"]}
    return ", ".join([*of.get(facts.kind, []), *(["targets"] if facts.targets else [])]) + "; number of samples"


def balance_of(facts: DataPreview) -> Balance | None:
    """Return the share of each class in each split; None for a regression."""
    if not facts.classes:
        return None
    splits = [name for name in facts.samples if not (facts.validation_is_test and name == "validation")]
    shares = {name: tuple(each.counts[name] / facts.samples[name] for each in facts.classes) for name in splits}
    return Balance(tuple(each.name for each in facts.classes), shares)


def _features(subject: Subject) -> tuple[list[Panel], list[str]]:
    names = subject.normalized_columns()
    values = np.concatenate([batch[:, :MOST_FEATURES] for batch in in_batches(subject.prepared.train)])
    panels = [_panel(name, column) for name, column in zip(names, values.T, strict=False)]
    if len(names) <= MOST_FEATURES:
        return panels, []
    return panels, [f"The first {MOST_FEATURES} of {len(names):,} features are drawn."]


def _lengths(subject: Subject) -> tuple[Panel, list[str]]:
    lengths = lengths_of(subject.decoded["train"])
    encoder = subject.trial.spec.data.encode
    longest = float(np.quantile(lengths, LONGEST_SHOWN, method="higher"))
    if isinstance(encoder, Padded):
        longest = max(longest, float(encoder.length))
    found = histogram(lengths, BINS, high=longest)
    panel = Panel("length of a sequence", found.low, found.high, found.counts)
    if isinstance(encoder, Padded) and found.low <= encoder.length <= found.high:
        panel = replace(panel, mark=encoder.length, mark_label="padded length")
    if not found.above:
        return panel, []
    return panel, [f"{found.above:,} sequences are longer than {longest:,.0f}, up to {lengths.max():,}; not drawn."]


def _targets(subject: Subject) -> tuple[list[Panel], list[str]]:
    if subject.classes:
        return [], []
    labels = subject.labels
    count = labels["train"].shape[1]
    panels = [_target(index, count, labels) for index in range(min(count, MOST_TARGETS))]
    return panels, [f"The first {MOST_TARGETS} of {count:,} targets are drawn."] if count > MOST_TARGETS else []


def _target(index: int, count: int, labels: dict[str, Array]) -> Panel:
    return _panel("target" if count == 1 else f"target {index}", labels["train"][:, index])


def _panel(title: str, values: Array) -> Panel:
    found = histogram(values, BINS)
    return Panel(title, found.low, found.high, found.counts)
