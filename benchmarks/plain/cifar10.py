"""The final net of the CIFAR-10 write-up as it is trained there, with and without its L2 penalty."""

from __future__ import annotations

from typing import Any

import keras

from benchmarks.plain.loop import Arrays, Changes, run_variants

VARIANTS: dict[str, Changes] = {"final": {"l2": 1e-4}, "no_l2": {"l2": 0.0}}


def load(arrays: Arrays) -> Arrays:
    """Return images and one-hot labels."""
    images = {f"x_{part}": arrays[f"x_{part}"] for part in ("train", "test")}
    return images | {f"y_{part}": keras.utils.to_categorical(arrays[f"y_{part}"], 10) for part in ("train", "test")}


def fit(arrays: Arrays, changes: Changes) -> float:
    """Train one variant; return its accuracy on the test images."""
    test = (arrays["x_test"], arrays["y_test"])
    model = _model(changes["l2"])
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(
        arrays["x_train"],
        arrays["y_train"],
        epochs=changes.get("epochs", 2),
        batch_size=128,
        validation_data=test,
        verbose=0,
    )
    return float(history.history["val_accuracy"][-1])


def _model(l2: float) -> keras.Model:
    weights: dict[str, Any] = {"kernel_regularizer": keras.regularizers.L2(l2) if l2 else None}
    hidden: dict[str, Any] = {"kernel_initializer": "he_uniform", **weights}
    layers: list[keras.layers.Layer] = [keras.Input((32, 32, 3))]
    for filters in (32, 64):
        for _ in range(2):
            layers += [keras.layers.Conv2D(filters, 3, **hidden), *_activation()]
        layers.append(keras.layers.MaxPooling2D(2))
    layers += [keras.layers.Flatten(), keras.layers.Dense(512, **hidden), *_activation()]
    return keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax", **weights)])


def _activation() -> list[keras.layers.Layer]:
    """Return what follows every hidden layer: relu, then batch normalisation."""
    return [keras.layers.Activation("relu"), keras.layers.BatchNormalization()]


if __name__ == "__main__":
    run_variants(VARIANTS, load, fit)
