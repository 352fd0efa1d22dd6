"""The 16 MNIST trials as the write-up trains them."""

from __future__ import annotations

from typing import Any

import keras

from benchmarks.plain.loop import Arrays, Changes, run_variants

FEW: Changes = {"train": 1500, "test": 6000}
VARIANTS: dict[str, Changes] = {
    "base": {},
    "layers_b": {"hidden": (256, 128, 128, 128)},
    "layers_c": {"hidden": (256, 1568)},
    "no_dropout": {"dropout": 0.0},
    "relu": {"activation": "relu", "scale": 1 / 255},
    "squared_error": {"loss": "mean_squared_error"},
    "adagrad": {"optimizer": keras.optimizers.Adagrad, "learning_rate": 1e-3},
    "rmsprop": {"optimizer": keras.optimizers.RMSprop, "learning_rate": 1e-3},
    "adam": {"optimizer": keras.optimizers.Adam, "learning_rate": 1e-3},
    "lr_0.01": {"learning_rate": 0.01},
    "lr_1.0": {"learning_rate": 1.0},
    "batch_16": {"batch_size": 16},
    "batch_64": {"batch_size": 64},
    "epochs_5": {**FEW, "epochs": 5},
    "epochs_10": {**FEW, "epochs": 10},
    "epochs_60": {**FEW, "epochs": 60},
}
BASE: dict[str, Any] = {
    "train": 6000,
    "test": 1000,
    "hidden": (256, 128),
    "activation": "sigmoid",
    "dropout": 0.5,
    "scale": 1.0,
    "loss": "categorical_crossentropy",
    "optimizer": keras.optimizers.SGD,
    "learning_rate": 0.1,
    "batch_size": 32,
    "epochs": 3,
}


def load(arrays: Arrays) -> Arrays:
    """Return flat images and one-hot labels."""
    images = {f"x_{part}": arrays[f"x_{part}"].reshape(-1, 784) for part in ("train", "test")}
    return images | {f"y_{part}": keras.utils.to_categorical(arrays[f"y_{part}"], 10) for part in ("train", "test")}


def fit(arrays: Arrays, changes: Changes) -> float:
    """Train one variant; return its accuracy on the test images."""
    settings = BASE | changes
    train, test = (
        (arrays[f"x_{part}"][: settings[part]] * settings["scale"], arrays[f"y_{part}"][: settings[part]])
        for part in ("train", "test")
    )
    model = _model(settings)
    optimizer = settings["optimizer"](learning_rate=settings["learning_rate"])
    model.compile(optimizer=optimizer, loss=settings["loss"], metrics=["accuracy"])
    model.fit(*train, epochs=settings["epochs"], batch_size=settings["batch_size"], validation_data=test, verbose=0)
    return float(model.evaluate(*test, verbose=0)[1])


def _model(settings: dict[str, Any]) -> keras.Model:
    hidden = [keras.layers.Dense(units, activation=settings["activation"]) for units in settings["hidden"]]
    dropout = [keras.layers.Dropout(settings["dropout"])] if settings["dropout"] else []
    return keras.Sequential([keras.Input((784,)), *hidden, *dropout, keras.layers.Dense(10, activation="softmax")])


if __name__ == "__main__":
    run_variants(VARIANTS, load, fit)
