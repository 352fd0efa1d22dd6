"""How each format is written, and read again without this project."""

from __future__ import annotations

import importlib
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ablation.data import Array
from ablation.records import ModelFormat

Read = Callable[[Array], Array]
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the first that an archive can state


def write_export(model: keras.Model, format: ModelFormat, path: Path) -> None:
    """Write a model as one file.

    Args:
        model: With preprocessing inside.
        format: Of the file.
        path: The file.
    """
    if format == "saved_model":
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            model.export(folder, format="tf_saved_model", verbose=False)
            _pack(Path(folder), path)
    elif format == "tflite":
        model.export(str(path), format="litert", verbose=False, input_signature=[_tflite_input(model)])
    else:
        model.export(str(path), format="onnx", verbose=False)


def read_export(format: ModelFormat, path: Path) -> Read:
    """Return what gives a file's outputs for a batch of raw samples."""
    return {"saved_model": _read_saved_model, "tflite": _read_tflite, "onnx": _read_onnx}[format](path)


def tflite_batch(model: keras.Model) -> int | None:
    """Return how many samples at a time a model takes in TFLite; None: any number.

    Loops over the steps of a sequence keep lists there, whose entries have one shape.
    """
    is_recurrent = any(isinstance(layer, keras.layers.RNN) for layer in model._flatten_layers())
    return 1 if is_recurrent else None


def _tflite_input(model: keras.Model) -> keras.InputSpec:
    (samples,) = model.inputs
    return keras.InputSpec(shape=(tflite_batch(model), *samples.shape[1:]), dtype=samples.dtype, name=samples.name)


def _pack(folder: Path, path: Path) -> None:
    """Put files into an archive whose bytes depend on theirs alone: sorted, without dates, not compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for source in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.writestr(zipfile.ZipInfo(source.relative_to(folder).as_posix(), _NO_DATE), source.read_bytes())


def _read_saved_model(path: Path) -> Read:
    import tensorflow as tf

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        loaded = tf.saved_model.load(folder)
    serve = loaded.signatures["serving_default"]
    (name,) = serve.structured_input_signature[1]
    return lambda samples: _only(serve(**{name: tf.constant(samples)}), keep=loaded)


def _read_tflite(path: Path) -> Read:
    import tensorflow as tf

    with warnings.catch_warnings():
        # Its successor, ai-edge-litert, does not know the operations that are TensorFlow's own.
        warnings.filterwarnings("ignore", message=".*tf.lite.Interpreter is deprecated", category=UserWarning)
        run = tf.lite.Interpreter(model_path=str(path)).get_signature_runner()
    ((name, details),) = run.get_input_details().items()
    if details["shape_signature"][0] == 1:
        return lambda samples: np.concatenate([_only(run(**{name: each[np.newaxis]})) for each in samples])
    return lambda samples: _only(run(**{name: samples}))


def _read_onnx(path: Path) -> Read:
    # By name: it is an extra, and has no types.
    session = importlib.import_module("onnxruntime").InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    return lambda samples: np.asarray(session.run(None, {given.name: samples})[0])


def _only(outputs: dict[str, Any], *, keep: object = None) -> Array:
    """Return the one output; `keep` is held as long as what calls this."""
    (output,) = outputs.values()
    return np.asarray(output)
