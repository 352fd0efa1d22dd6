"""Writes a trained model in another format, in a process of its own: loads it, exports it, reads it again, compares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ablation.data import Array, load_prepared
from ablation.evaluation import Head, head_of
from ablation.provenance import installed_versions
from ablation.records import Export
from ablation.training.backend import configure_backend
from ablation.training.exporting.comparing import TOLERANCES, compare
from ablation.training.exporting.formats import read_export, tflite_batch, write_export
from ablation.training.exporting.records import EXPORTED, INPUTS, ExportJob, InputContract
from ablation.training.exporting.samples import RawSamples, raw_samples
from ablation.training.exporting.steps import Preprocessing
from ablation.training.jobs import RESULT

_SHOWN = 1000  # fitted numbers of a step in the contract; the model has them all
_LIBRARIES = ("keras", "tensorflow", "tensorflow-cpu", "jax", "tf2onnx", "onnx", "onnxruntime")


def export(job_json: str, directory: Path) -> None:
    """Export one model.

    Args:
        job_json: An ExportJob.
        directory: Receives the file, inputs.json and, last, result.json (an Export).

    Raises:
        WrongExport: What was written says something else than the model did.
    """
    job = ExportJob.model_validate_json(job_json)
    configure_backend(seed=0, threads=job.threads, devices=())
    prepared = load_prepared(job.prepared, job.settings)
    raw = raw_samples(job.trial, job.dataset, prepared, job.settings)
    name = EXPORTED[job.format]
    model = keras.models.load_model(job.model)
    if job.format == "keras":
        outputs = np.asarray(model(prepared.test.read(slice(0, len(raw.values))), training=False), dtype=np.float32)
    else:
        exported = with_preprocessing(in_float32(model), raw)
        write_export(exported, job.format, directory / name)
        outputs = read_export(job.format, directory / name)(raw.values)
    tolerance = TOLERANCES[job.trial.spec.training.precision][job.format]
    result = Export(
        format=job.format,
        file=name,
        samples=len(raw.values),
        tolerance=tolerance,
        largest_difference=compare(outputs, _expected(job, len(raw.values)), tolerance),
        versions={each: version for each in _LIBRARIES if (version := installed_versions().get(each))},
    )
    (directory / INPUTS).write_text(_contract(job, raw, model).model_dump_json(indent=1), encoding="utf-8")
    (directory / RESULT).write_text(result.model_dump_json(), encoding="utf-8")


def with_preprocessing(model: keras.Model, raw: RawSamples) -> keras.Model:
    """Return a model that takes raw samples."""
    samples = keras.Input(shape=raw.values.shape[1:], dtype=raw.values.dtype.name, name="samples")
    steps = Preprocessing(raw.inside, is_8_bit=raw.values.dtype == np.uint8, weights=raw.weights)
    exported = keras.Model(samples, model(steps(samples)), name="exported")
    exported(raw.values[:1], training=False)  # Keras exports to ONNX only what was called
    return exported


def in_float32(model: keras.Model) -> keras.Model:
    """Return a model that computes in float32 with the same weights: no other format knows Keras' mixed precision."""
    config = json.dumps(model.get_config())
    if "mixed_" not in config:
        return model
    plain = json.loads(config.replace('"mixed_bfloat16"', '"float32"').replace('"mixed_float16"', '"float32"'))
    twin = type(model).from_config(plain)
    twin.set_weights(model.get_weights())
    return twin


def _expected(job: ExportJob, count: int) -> Array:
    """Return what the model itself gave for the same samples, in the process that trained it."""
    with np.load(job.predictions, allow_pickle=False) as archive:
        expected: Array = archive["test"][:count]
    return expected


def _contract(job: ExportJob, raw: RawSamples, model: keras.Model) -> InputContract:
    spec = job.trial.spec
    head = head_of(spec.model, spec.training.loss, job.prepared.classes)
    shape = "x".join(map(str, job.prepared.input_shape))
    return InputContract(
        dtype=raw.values.dtype.name,
        shape=raw.values.shape[1:],
        outside=raw.outside,
        inside=tuple(_inside(raw)),
        model_keras=f"float32 of shape {shape}, after all of `outside` and `inside`",
        tflite_batch=tflite_batch(model),
        precision="float32",
        outputs=model.output_shape[1],
        meaning=_meaning(head),
        classes=raw.classes,
    )


def _inside(raw: RawSamples) -> Iterator[dict[str, Any]]:
    if raw.weights is not None:
        yield {"kind": "multiply", "by": "the rarity of each word in the training split"}
    for one in raw.inside:
        short = {name: values for name, values in one.values.items() if values.size <= _SHOWN}
        fitted = {name: values.tolist() for name, values in short.items() if np.isfinite(values).all()}
        yield one.step.model_dump(mode="json", exclude={"enabled"}) | ({"fitted": fitted} if fitted else {})


def _meaning(head: Head) -> str:
    if head.classes is None:
        return "the numbers that are predicted"
    kind = "probability" if head.gives_probabilities else "logit" if head.is_probabilistic else "score"
    if head.target_form == "yes_no":
        return f"one {kind}, of the second class; above {head.yes_threshold:g} it is predicted"
    return f"one {kind} for each class, in their order; the largest is predicted"
