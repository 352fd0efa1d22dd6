"""Heads of a frozen MobileNetV2 as the codelab trains them: every epoch runs through the whole network."""

from __future__ import annotations

import os
from pathlib import Path

import keras

from benchmarks.plain.loop import Arrays, Changes, run_variants

WEIGHTS = "mobilenet_v2_0.35_224_no_top.weights.h5"
VARIANTS: dict[str, Changes] = {
    "linear": {},
    "l2": {"regularizer": keras.regularizers.L2(1e-3)},
    "dropout": {"dropout": 0.3},
    "hidden": {"units": 64},
    "wide": {"units": 256},
    "batch_norm": {"units": 64, "is_normalized": True},
}


def load(arrays: Arrays) -> Arrays:
    """Return photos and one-hot labels."""
    labels = {f"y_{part}": keras.utils.to_categorical(arrays[f"y_{part}"], 5) for part in ("train", "val", "test")}
    return arrays | labels


def fit(arrays: Arrays, changes: Changes) -> float:
    """Train one head; return the accuracy on the test photos."""
    model = _model(changes)
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        arrays["x_train"],
        arrays["y_train"],
        epochs=changes.get("epochs", 5),
        batch_size=32,
        validation_data=(arrays["x_val"], arrays["y_val"]),
        verbose=0,
    )
    return float(model.evaluate(arrays["x_test"], arrays["y_test"], verbose=0)[1])


def _model(changes: Changes) -> keras.Model:
    network = keras.applications.MobileNetV2(
        input_shape=(192, 192, 3), alpha=0.35, include_top=False, weights=str(_weights())
    )
    network.trainable = False
    layers = [keras.Input((192, 192, 3)), network, keras.layers.GlobalAveragePooling2D()]
    if "dropout" in changes:
        layers.append(keras.layers.Dropout(changes["dropout"]))
    if "units" in changes:
        layers.append(keras.layers.Dense(changes["units"], activation="relu"))
    if changes.get("is_normalized"):
        layers.append(keras.layers.BatchNormalization())
    output = keras.layers.Dense(5, activation="softmax", kernel_regularizer=changes.get("regularizer"))
    return keras.Sequential([*layers, output])


def _weights() -> Path:
    return Path(os.environ["ABLATION_DATASETS"]) / WEIGHTS


if __name__ == "__main__":
    run_variants(VARIANTS, load, fit)
