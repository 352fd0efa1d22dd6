"""The IMDB study as its write-up trains it: float64 rows of all reviews, and Keras' `fit`. Started by imdb.py.

Reads a line that says where the prepared reviews are, then a variant a line; answers each with the seconds of `fit` to
the end of the first epoch, those of the quickest later one, and the peak of this process's memory in bytes.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from ablation.data import Array, PreparedRef, Split, load_prepared
from ablation.settings import Settings

WORDS = 10_000
EPOCHS = 5
VARIANTS: dict[str, dict[str, Any]] = {
    "original": {},
    "smaller": {"units": 4},
    "bigger": {"units": 512},
    "l2": {"regularizer": keras.regularizers.L2(1e-3)},
    "l1": {"regularizer": keras.regularizers.L1(1e-3)},
    "l1_l2": {"regularizer": keras.regularizers.L1L2(1e-3, 1e-3)},
    "dropout": {"dropout": 0.5},
}


class EpochEnds(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """When each epoch ended, its validation included."""

    def __init__(self) -> None:
        super().__init__()
        self.times_s = [time.perf_counter()]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the time (Keras calls this)."""
        self.times_s.append(time.perf_counter())


def main() -> None:
    """Answer until there is nothing more to read."""
    reference, cache_dir = json.loads(sys.stdin.readline())
    prepared = load_prepared(PreparedRef.model_validate_json(reference), Settings(cache_dir=Path(cache_dir)))
    train, test = _rows(prepared.train), _rows(prepared.test)
    while variant := sys.stdin.readline().strip():
        first_s, later_s = _fit(VARIANTS[variant], train, test)
        peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps([first_s, later_s, peak_bytes]), flush=True)


def _rows(split: Split) -> tuple[Array, Array]:
    words = split.words(slice(None))
    rows = np.zeros((len(words), WORDS))
    for index in range(len(words)):
        rows[index, words[index]] = 1.0
    return rows, np.asarray(split.y).astype("float32")


def _fit(variant: dict[str, Any], train: tuple[Array, Array], test: tuple[Array, Array]) -> tuple[float, float]:
    model = _model(**variant)
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    ends = EpochEnds()
    model.fit(*train, epochs=EPOCHS, batch_size=512, validation_data=test, callbacks=[ends], verbose=0)
    first_s, *later_s = (end - begin for begin, end in pairwise(ends.times_s))
    return first_s, min(later_s)


def _model(units: int = 16, regularizer: Any = None, dropout: float = 0.0) -> keras.Model:
    layers: list[keras.layers.Layer] = [keras.Input((WORDS,))]
    for _ in range(2):
        layers.append(keras.layers.Dense(units, activation="relu", kernel_regularizer=regularizer))
        if dropout:
            layers.append(keras.layers.Dropout(dropout))
    return keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])


if __name__ == "__main__":
    main()
