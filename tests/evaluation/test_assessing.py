"""The assessment of a model's outputs on its test part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from ablation.evaluation import measure
from ablation.evaluation.assessing import assess
from ablation.records import Assessment

from .heads import drawn, head, predictions

CATEGORICAL = "categorical_crossentropy"
SOFTMAX = head(CATEGORICAL, "softmax", classes=3)
NAMES = ("cat", "dog", "eel")
# Right, wrong and sure, wrong and less sure, right.
OUTPUTS = [[0.8, 0.1, 0.1], [0.95, 0.04, 0.01], [0.2, 0.2, 0.6], [0.1, 0.1, 0.8]]
LABELS = [0, 1, 0, 2]


def assessed() -> Assessment:
    return assess(predictions(SOFTMAX, OUTPUTS, LABELS), NAMES)


def test_confusion_has_a_row_a_true_class_and_a_column_a_predicted_one() -> None:
    found = assessed().confusion
    assert found is not None
    assert found.labels == NAMES
    assert found.counts == ((1, 0, 1), (1, 0, 0), (0, 0, 1))


@pytest.mark.parametrize("kind", [CATEGORICAL, "sparse_categorical_crossentropy", "mean_squared_error"])
def test_confusion_is_that_of_scikit_learn(kind: str) -> None:
    of_head = head(kind, classes=4)
    outputs, labels = drawn(of_head)
    found = assess(predictions(of_head, outputs, labels), ("a", "b", "c", "d")).confusion
    assert found is not None
    assert np.array_equal(found.counts, confusion_matrix(labels, outputs.argmax(axis=-1), labels=range(4)))


def test_confusion_of_a_single_yes_has_both_classes() -> None:
    found = assess(
        predictions(head("binary_crossentropy", classes=2), [[2.0], [-1.0], [3.0]], [1, 1, 0]), ("no", "yes")
    )
    assert found.confusion is not None
    assert found.confusion.counts == ((0, 1), (1, 1))


def test_confusion_of_more_than_a_hundred_classes_is_left_out() -> None:
    of = predictions(head(CATEGORICAL, classes=101), np.eye(101), range(101))
    found = assess(of, tuple(map(str, range(101))))
    assert found.confusion is None
    assert found.calibration_error is not None


def test_calibration_error_is_the_metric_and_the_bins_explain_it() -> None:
    of_head = head(CATEGORICAL, classes=4)
    of = predictions(of_head, *drawn(of_head))
    found = assess(of, ("a", "b", "c", "d"))
    assert found.calibration_error == measure(("ece",), of)["ece"]
    assert len(found.reliability) == 15
    assert sum(each.count for each in found.reliability) == found.samples == 200
    gaps = [
        each.count * abs(each.accuracy - each.confidence)
        for each in found.reliability
        if each.accuracy is not None and each.confidence is not None
    ]
    assert sum(gaps) / 200 == pytest.approx(found.calibration_error)


def test_reliability_bins_have_means_where_they_have_samples() -> None:
    found = assessed().reliability
    assert [each.low for each in found] == [0.0, *(each.high for each in found[:-1])]
    filled = {place: each.count for place, each in enumerate(found) if each.count}
    assert filled == {9: 1, 12: 2, 14: 1}  # 0.6, 0.8 and 0.95
    assert (found[12].confidence, found[12].accuracy) == (pytest.approx(0.8), 1)
    assert (found[0].confidence, found[0].accuracy) == (None, None)


def test_outputs_that_are_no_probabilities_have_no_calibration() -> None:
    of = predictions(head("mean_squared_error", classes=3), OUTPUTS, LABELS)
    found = assess(of, NAMES)
    assert (found.calibration_error, found.reliability) == (None, ())
    assert [mistake.probability for mistake in found.mistakes] == [None, None]


def test_mistakes_are_wrong_samples_alone_the_largest_loss_first() -> None:
    first, second = assessed().mistakes
    assert (first.index, first.truth, first.predicted) == (1, "dog", "cat")
    assert first.probability == pytest.approx(0.95)
    assert first.loss == pytest.approx(-np.log(0.04), rel=1e-6)
    assert (second.index, second.truth, second.predicted) == (2, "cat", "eel")
    assert first.image is None


def test_mistakes_are_twelve_at_most() -> None:
    of = predictions(SOFTMAX, [[0.9, 0.05, 0.05]] * 30, [1] * 30)
    assert [mistake.index for mistake in assess(of, NAMES).mistakes] == list(range(12))


def test_model_that_is_always_right_has_no_mistakes() -> None:
    assert assess(predictions(SOFTMAX, np.eye(3), [0, 1, 2]), NAMES).mistakes == ()


def test_residuals_are_prediction_minus_target() -> None:
    numbers = np.array([[1.0], [2.0], [3.0], [4.0]], dtype=np.float32)
    outputs = [[2.0], [1.0], [6.0], [5.0]]
    found = assess(predictions(head("mean_squared_error", classes=None), outputs, numbers), ())
    assert found.residuals is not None
    assert found.residuals.mean == 1
    assert found.residuals.sd == pytest.approx(np.sqrt(8 / 3))
    assert found.residuals.quantiles == pytest.approx({"0.05": -0.7, "0.25": 0.5, "0.5": 1, "0.75": 1.5, "0.95": 2.7})
    assert (found.residuals.edges[0], found.residuals.edges[-1]) == (-1, 3)
    assert sum(found.residuals.counts) == 4
    assert (found.confusion, found.calibration_error) == (None, None)
    assert [mistake.index for mistake in found.mistakes] == [2, 0, 1, 3]
    worst = found.mistakes[0]
    assert (worst.truth, worst.predicted, worst.probability, worst.loss) == ("3", "6", None, 9)


def test_residuals_of_several_targets_are_counted_together() -> None:
    of_head = head("huber", classes=None)
    found = assess(predictions(of_head, [[1, 2], [3, 4.5]], np.array([[1, 1], [1, 1]], dtype=np.float32)), ())
    assert found.residuals is not None
    assert sum(found.residuals.counts) == 4
    assert (found.mistakes[0].truth, found.mistakes[0].predicted) == ("1, 1", "3, 4.5")


def test_samples_without_finite_outputs_are_counted_and_left_out() -> None:
    outputs: list[list[Any]] = [[np.nan, 0, 0], *OUTPUTS, [np.inf, 0, 0]]
    found = assess(predictions(head(CATEGORICAL, classes=3), outputs, [0, *LABELS, 0]), NAMES)
    assert (found.samples, found.not_finite) == (6, 2)
    assert found.confusion is not None
    assert sum(map(sum, found.confusion.counts)) == 4
    assert [mistake.index for mistake in found.mistakes] == [2, 3]


def test_outputs_that_are_nowhere_finite_leave_an_empty_assessment() -> None:
    found = assess(predictions(SOFTMAX, [[np.nan] * 3], [0]), NAMES)
    assert found == Assessment(samples=1, not_finite=1)


def test_assessment_survives_json() -> None:
    found = assessed()
    assert Assessment.model_validate_json(found.model_dump_json()) == found
