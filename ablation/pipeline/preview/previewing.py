"""From a trial to its preview: fetched, prepared, measured, and what is to be drawn of it."""

from __future__ import annotations

from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data import OnTransfer, load_prepared
from ablation.data.describing import class_names, decoded_splits
from ablation.pipeline.datasets import fetch_dataset, prepare_data
from ablation.pipeline.preview.facts import DataPreview, facts_of
from ablation.pipeline.preview.images import image_grid
from ablation.pipeline.preview.panels import balance_of, panels_of, panels_title
from ablation.pipeline.preview.subject import Subject
from ablation.report.preview import PreviewSheet
from ablation.settings import Settings
from ablation.spec import Trial
from ablation.store import Store


def preview_data(
    trial: Trial, dataset: Dataset, store: Store, settings: Settings, on_transfer: OnTransfer | None = None
) -> tuple[DataPreview, PreviewSheet]:
    """Prepare the data of a trial and look at it.

    Args:
        trial: Whose data.
        dataset: What it trains on.
        store: Where files are searched.
        settings: Where the cache and the mirror are.
        on_transfer: Is told how far the fetching of each file is.

    Raises:
        DataError: The dataset cannot be had, or a step does not fit it.
    """
    directory = fetch_dataset(dataset, store, settings, on_transfer)
    return describe(subject_of(trial, dataset, directory, store, settings))


def subject_of(trial: Trial, dataset: Dataset, directory: Path, store: Store, settings: Settings) -> Subject:
    """Prepare the data of a trial, whose decoded arrays lie in a folder.

    Raises:
        DataError: A step does not fit the data.
    """
    data = trial.spec.data
    ref = prepare_data(data, dataset, trial.seed, store, settings)
    return Subject(
        trial=trial,
        dataset=dataset,
        classes=() if dataset.classes is None else class_names(directory, dataset.classes),
        decoded=decoded_splits(directory, data, dataset, trial.seed),
        prepared=load_prepared(ref, settings),
    )


def describe(subject: Subject) -> tuple[DataPreview, PreviewSheet]:
    """Measure the data of a trial, and choose what is drawn of it."""
    facts = facts_of(subject)
    grid, notes = image_grid(subject, facts) if facts.kind == "images" else (None, [])
    panels, left_out = panels_of(subject, facts)
    facts = facts.model_copy(update={"notes": (*notes, *left_out)})
    sheet = PreviewSheet(
        title=f"{facts.study}: {facts.variant}, seed {facts.seed}",
        subtitle=_subtitle(facts),
        grid=grid,
        balance=balance_of(facts),
        panels=tuple(panels),
        panels_title=panels_title(facts),
        notes=facts.notes,
    )
    return facts, sheet


def _subtitle(facts: DataPreview) -> str:
    sizes = ", ".join(f"{name} {count:,}" for name, count in facts.samples.items())
    steps = f"; augmented by {', '.join(facts.augment)}" if facts.augment else ""
    return f"{facts.dataset}; samples: {sizes}{steps}"
