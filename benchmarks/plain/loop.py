"""What the plain scripts share: their command line, and one variant after another."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = dict[str, Array]
Changes = dict[str, Any]
Fit = Callable[[Arrays, Changes], float]


def run_variants(variants: Mapping[str, Changes], load: Callable[[Arrays], Arrays], fit: Fit) -> None:
    """Fit one variant after another, each with one seed after another, and print what came out as JSON.

    Args:
        variants: What each variant changes.
        load: From the arrays of the file to those that `fit` is given; called once.
        fit: Trains a variant and returns its score. Its changes hold `epochs` where the command line says so.
    """
    told = _arguments(list(variants))
    epochs = {} if told.epochs is None else {"epochs": told.epochs}
    with np.load(told.arrays) as archive:
        arrays = load(dict(archive))
    runs = [(name, seed) for name in told.only for seed in told.seeds]
    print(json.dumps([{"variant": name} | _run(fit, arrays, variants[name] | epochs, seed) for name, seed in runs]))


def _arguments(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("arrays", type=Path, help="npz of x_train, y_train, x_val, y_val, x_test, y_test")
    parser.add_argument("--only", nargs="*", default=names, choices=names)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--epochs", type=int)
    return parser.parse_args()


def _run(fit: Fit, arrays: Arrays, changes: Changes, seed: int) -> dict[str, float]:
    keras.utils.set_random_seed(seed)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    score = fit(arrays, changes)
    return {"score": score, "wall_s": time.perf_counter() - wall_s, "cpu_s": time.process_time() - cpu_s}
