"""What a preview shows: the very samples of training, and what is drawn of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ablation import seeds
from ablation.data.describing import ValueRange
from ablation.pipeline import DataPreview, choose_dataset, fetch_dataset
from ablation.pipeline.preview.images import augmented_sample, choose_samples
from ablation.pipeline.preview.previewing import describe, subject_of
from ablation.pipeline.preview.subject import Subject
from ablation.pipeline.preview.windows import Window, describe_window, normalized_window, share_outside, stored_window
from ablation.report.preview import PreviewSheet
from ablation.settings import Settings
from ablation.spec import Trial, load_study
from ablation.store import Store, open_store
from ablation.training import training_batches
from tests.conftest import TINY

AUGMENTED = TINY.replace(
    "  normalize:",
    "  labels: {noise: 0.2}\n"
    "  augment: [{kind: shift}, {kind: brightness, share: 0.3}, {kind: mixup, alpha: 1.0}]\n  normalize:",
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    with open_store(Settings()) as opened:
        yield opened


def trial_of(text: str) -> Trial:
    Path("study.yaml").write_text(text, encoding="utf-8")
    return load_study(Path("study.yaml")).trials[0]


def subject(text: str, store: Store) -> Subject:
    trial = trial_of(text)
    dataset = choose_dataset(trial.spec.data.dataset)
    return subject_of(trial, dataset, fetch_dataset(dataset, store, Settings()), store, Settings())


def preview(text: str, store: Store) -> tuple[DataPreview, PreviewSheet]:
    return describe(subject(text, store))


@pytest.mark.parametrize("epoch", [0, 1])
def test_augmented_images_are_those_that_training_sees(store: Store, epoch: int) -> None:
    of = subject(AUGMENTED, store)
    _, sheet = describe(of)
    chosen = choose_samples(of.prepared.train.y, 10)
    column = sheet.grid.columns[2 + epoch] if sheet.grid else None
    assert column is not None
    assert column.title == f"epoch {epoch}"
    batches = training_batches(of.trial, of.prepared.train, of.head)
    order = np.random.default_rng(seeds.derive(0, "order", epoch)).permutation(90).tolist()
    for sample, cell in zip(chosen.tolist(), column.cells, strict=True):
        batch, place = divmod(order.index(sample), 30)
        assert np.array_equal(cell.image, batches.batch(epoch, batch)[0][place])


def test_augmented_sample_is_of_its_epoch(store: Store) -> None:
    of = subject(AUGMENTED, store)
    batches = training_batches(of.trial, of.prepared.train, of.head)
    images = [augmented_sample(batches, epoch, 5)[0] for epoch in (0, 1, 0)]
    assert np.array_equal(images[0], images[2])
    assert not np.array_equal(images[0], images[1])


def test_mixed_samples_have_the_shares_of_their_target(store: Store) -> None:
    of = subject(AUGMENTED, store)
    _, sheet = describe(of)
    batches = training_batches(of.trial, of.prepared.train, of.head)
    sample = int(choose_samples(of.prepared.train.y, 10)[0])
    _, target = augmented_sample(batches, 0, sample)
    assert sheet.grid is not None
    shares = [f"{target[label] * 100:.0f} % class {label}" for label in np.argsort(-target) if target[label] >= 0.005]
    assert list(sheet.grid.columns[2].cells[0].caption) == shares
    assert all(cell.caption == () for cell in sheet.grid.columns[1].cells)


def test_columns_are_as_stored_normalised_and_the_epochs_there_are(store: Store) -> None:
    facts, sheet = preview(AUGMENTED, store)
    assert sheet.grid is not None
    assert [column.title for column in sheet.grid.columns] == ["as stored", "normalised", "epoch 0", "epoch 1"]
    assert [(column.low, column.high) for column in sheet.grid.columns] == [(0, 16), (0, 1), (0, 1), (0, 1)]
    stored, normalized = (column.cells[0].image for column in sheet.grid.columns[:2])
    assert np.array_equal(stored * np.float32(0.0625), normalized)
    assert facts.augment == ("shift", "brightness", "mixup")
    assert facts.notes[2].startswith("epochs 0 to 1: rescaled, 0 is black and 1 is white; ")


def test_data_without_augmentation_has_no_epochs(store: Store) -> None:
    facts, sheet = preview(TINY, store)
    assert sheet.grid is not None
    assert [column.title for column in sheet.grid.columns] == ["as stored", "normalised"]
    assert facts.notes == (
        "as stored: rescaled, 0 is black and 16 is white; no value is clipped.",
        "normalised: rescaled, 0 is black and 1 is white; no value is clipped.",
    )


def test_changed_labels_are_counted_and_said_beside_the_image(store: Store) -> None:
    of = subject(AUGMENTED, store)
    facts, sheet = describe(of)
    assert facts.changed_labels == 18  # a fifth of 90
    assert sheet.grid is not None
    for sample, label in zip(choose_samples(of.prepared.train.y, 10), sheet.grid.labels, strict=True):
        read, true = of.prepared.train.y[sample], of.decoded["train"].labels[sample]
        noise = () if read == true else (f"noise: was class {true}",)
        assert label == (f"class {read}", f"sample {sample}", *noise)


def test_images_that_whitening_made_rows_are_drawn_as_stored_alone(store: Store) -> None:
    whitened = TINY.replace("{kind: rescale, scale: 0.0625}", "{kind: pca_whitening, components: 25}")
    facts, sheet = preview(whitened, store)
    assert sheet.grid is not None
    assert [column.title for column in sheet.grid.columns] == ["as stored"]
    assert facts.notes[1] == "normalised: samples of shape 25 are no images, and are not drawn."
    assert (facts.normalized[0].name, facts.normalized[-1].name) == ("component 0", "6 others")


def test_regression_has_quantiles_and_histograms_instead_of_classes(store: Store) -> None:
    text = (
        TINY.replace("digits", "diabetes")
        .replace("units: 10", "units: 1")
        .replace("subset: {train: 120, test: 60}", "")
    )
    text = text.replace("batch_size: 30", "batch_size: 30\n  loss: {kind: mean_squared_error}\n  metrics: [mae]")
    of = subject(text, store)
    facts, sheet = describe(of)
    assert (facts.kind, facts.classes, sheet.balance, sheet.grid) == ("table", (), None, None)
    assert facts.targets[0]["train"].maximum == of.prepared.train.y.max()
    assert [panel.title for panel in sheet.panels] == [*(f"feature {index}" for index in range(10)), "target"]
    assert all(sum(panel.counts) == len(of.prepared.train) for panel in sheet.panels)


@pytest.mark.parametrize(
    ("labels", "chosen"),
    [
        ([0, 0, 1, 2, 1, 0], [0, 1, 2, 4, 3]),  # two of each class of three
        ([5, 5, 5, 5, 5, 5, 5, 5, 5], [0, 1, 2, 3, 4, 5, 6, 7]),
        (list(range(9)), list(range(9))),
        (list(range(19)), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]),
    ],
)
def test_chosen_samples_are_the_first_of_each_class_up_to_ten(labels: list[int], chosen: list[int]) -> None:
    assert choose_samples(np.array(labels, dtype=np.int32), 20).tolist() == chosen


def test_chosen_samples_of_a_regression_go_from_the_least_target_to_the_greatest() -> None:
    targets = np.arange(15, dtype=np.float32)[::-1, None]
    assert targets[choose_samples(targets, None), 0].tolist() == [0, 2, 4, 6, 8, 10, 12, 14]


def value_range(minimum: float, maximum: float, mean: float, deviation: float) -> ValueRange:
    return ValueRange(
        name="x", minimum=minimum, maximum=maximum, mean=mean, deviation=deviation, zeros=0.0, not_finite=0
    )


@pytest.mark.parametrize(
    ("ranges", "low", "high"),
    [
        ([(0, 0.9, 0.1, 0.3)], 0, 1),
        ([(-0.2, 0.9, 0.1, 0.3)], -1, 1),
        ([(-2, 2, 0, 1), (-1, 2.5, 0, 1)], -2, 2.5),
        ([(-6, 6, 0, 1)], -6, 6),
        ([(-30, 7, 0, 1)], -4, 4),
        ([(-1, 200, 0, 1)], -1, 4),
        ([(2, 2, 2, 0)], 2, 3),
    ],
)
def test_normalised_values_are_drawn_from_end_to_end_but_for_long_tails(
    ranges: list[tuple[float, float, float, float]], low: float, high: float
) -> None:
    assert normalized_window([value_range(*each) for each in ranges]) == Window(low=low, high=high)


@pytest.mark.parametrize(
    ("is_8_bit", "maximum", "high"), [(True, 200, 255), (True, 128, 255), (True, 16, 16), (False, 200, 200)]
)
def test_stored_values_are_drawn_as_they_are_if_they_are_8_bit_images(
    is_8_bit: bool, maximum: float, high: float
) -> None:
    assert stored_window([value_range(0, maximum, 1, 1)], is_8_bit=is_8_bit) == Window(low=0, high=high)


def test_share_outside_counts_values_beyond_both_ends_and_no_numbers() -> None:
    images = [np.array([[-0.1, 0.0], [1.0, 1.1]]), np.array([[np.nan, 0.5], [0.5, 0.5]])]
    assert share_outside(images, Window(low=0, high=1)) == 3 / 8


@pytest.mark.parametrize(
    ("window", "image", "sentence"),
    [
        ((0, 255), [[0, 9]], "drawn as they are, 0 is black and 255 is white; no value is clipped."),
        ((-2.114, 2.64), [[0, 1]], "rescaled, -2.11 is black and 2.64 is white; no value is clipped."),
        (
            (0, 1),
            [[2.0, 0, 0, 0]],
            "rescaled, 0 is black and 1 is white; 25.0 % of the drawn values lie outside and are clipped.",
        ),
    ],
)
def test_drawing_is_described(window: tuple[float, float], image: list[list[float]], sentence: str) -> None:
    described = describe_window("as stored", Window(low=window[0], high=window[1]), [np.array(image)])
    assert described == f"as stored: {sentence}"
