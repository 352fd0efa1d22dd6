"""The IMDB study as its write-up trains it: rows of float64, one number for each of 10,000 words."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from benchmarks.plain.loop import Array, Arrays, Changes, run_variants

WORDS = 10_000
VARIANTS: dict[str, Changes] = {
    "original": {},
    "smaller": {"units": 4},
    "bigger": {"units": 512},
    "l2": {"regularizer": keras.regularizers.L2(1e-3)},
    "l1": {"regularizer": keras.regularizers.L1(1e-3)},
    "l1_l2": {"regularizer": keras.regularizers.L1L2(1e-3, 1e-3)},
    "dropout": {"dropout": 0.5},
}


def load(arrays: Arrays) -> Arrays:
    """Return one row a review."""
    rows = {f"x_{part}": _rows(arrays, part) for part in ("train", "test")}
    return rows | {f"y_{part}": arrays[f"y_{part}"].astype("float32") for part in ("train", "test")}


def fit(arrays: Arrays, changes: Changes) -> float:
    """Train one variant; return its accuracy on the test reviews."""
    test = (arrays["x_test"], arrays["y_test"])
    model = _model(**{name: value for name, value in changes.items() if name != "epochs"})
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    history = model.fit(
        arrays["x_train"],
        arrays["y_train"],
        epochs=changes.get("epochs", 20),
        batch_size=512,
        validation_data=test,
        verbose=0,
    )
    return float(history.history["val_accuracy"][-1])


def _rows(arrays: Arrays, part: str) -> Array:
    words, offsets = arrays[f"x_{part}"], arrays[f"x_{part}_offsets"]
    rows = np.zeros((len(offsets) - 1, WORDS))
    for index in range(len(rows)):
        rows[index, words[offsets[index] : offsets[index + 1]]] = 1.0
    return rows


def _model(units: int = 16, regularizer: Any = None, dropout: float = 0.0) -> keras.Model:
    layers: list[keras.layers.Layer] = [keras.Input((WORDS,))]
    for _ in range(2):
        layers.append(keras.layers.Dense(units, activation="relu", kernel_regularizer=regularizer))
        if dropout:
            layers.append(keras.layers.Dropout(dropout))
    return keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])


if __name__ == "__main__":
    run_variants(VARIANTS, load, fit)
