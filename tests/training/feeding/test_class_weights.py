from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ablation.training.feeding.class_weights import class_weights
from ablation.training.fitting import fit
from ablation.training.folder import Folder

from ..small import DENSE, built, head, prepared, trial

LABELS = np.array([0, 0, 0, 0, 1, 1, 2, 0], dtype=np.int32)


def test_balanced_weights_are_inverse_to_the_size_of_the_class() -> None:
    found = class_weights("balanced", LABELS, 3)
    assert found is not None
    assert found.tolist() == pytest.approx([8 / (3 * 5), 8 / (3 * 2), 8 / (3 * 1)])
    assert float(np.mean(found[LABELS])) == pytest.approx(1.0)


def test_balanced_weight_of_a_class_without_samples_is_finite() -> None:
    found = class_weights("balanced", LABELS, 4)
    assert found is not None
    assert np.all(np.isfinite(found))


def test_weights_are_those_that_are_given() -> None:
    found = class_weights((1.0, 0.0, 2.5), LABELS, 3)
    assert found is not None
    assert (found.tolist(), found.dtype.name) == ([1.0, 0.0, 2.5], "float32")
    assert class_weights(None, LABELS, 3) is None


@pytest.mark.parametrize(
    ("classes", "message"),
    [(4, "must be one weight for each class\n  got 2 for 4 classes"), (None, "targets are numbers, not classes")],
)
def test_weights_that_do_not_fit_the_dataset_are_refused(classes: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        class_weights((1.0, 2.0), LABELS, classes)


def test_objective_is_weighted_and_the_loss_is_not(tmp_path: Path) -> None:
    data, constant = prepared(), [{**DENSE, "kernel_initializer": {"kind": "zeros"}}]
    of = trial(constant, class_weights=[3.0, 0.0, 0.5], epochs=1, batch_size="all")
    row = fit(built(of), of, data, head(of), Folder(tmp_path)).log.history[0]
    # Before the only step every class has the probability 1/3.
    weights = np.array([3.0, 0.0, 0.5])[data.train.y]
    assert row["loss"] == pytest.approx(np.log(3), rel=1e-6)
    assert row["objective"] == pytest.approx(np.log(3) * np.mean(weights), rel=1e-6)
    assert row["val_objective"] == row["val_loss"]


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy", "mean_squared_error"])
def test_class_that_counts_nothing_is_not_learned(tmp_path: Path, loss: str) -> None:
    of = trial(class_weights=[1.0, 0.0, 1.0], epochs=1, batch_size="all", loss={"kind": loss}, metrics=[])
    weighted, plain = built(of), built(of)
    fit(weighted, of, prepared(), head(of), Folder(tmp_path))
    without = trial(epochs=1, batch_size="all", loss={"kind": loss}, metrics=[])
    fit(plain, without, prepared(), head(without), Folder(tmp_path))
    assert not np.allclose(weighted.get_weights()[0], plain.get_weights()[0], atol=1e-4)
