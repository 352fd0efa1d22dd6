"""In which form a model takes samples: dense rows, or multi-hot rows as the words that are in them.

A multi-hot row is 0 but for its words, so a dense layer's product with it is a sum of the kernel's rows, one a word.
Where all that takes the model's input are dense layers, the model is fitted through a twin that has the same layers
and weights, and takes sparse rows (docs/decisions/017).
"""

from __future__ import annotations

from typing import Any

import keras

from ablation.data import Array, Prepared, SparseRows
from ablation.spec import ModelSpec, TrialSpec
from ablation.spec.encoders import MultiHot
from ablation.spec.layers import INPUT, Dense, Layer
from ablation.training.devices import is_parallel
from ablation.training.feeding.row_sums import RowSums


def sparse_where_possible(model: keras.Model, spec: TrialSpec, prepared: Prepared) -> tuple[keras.Model, Prepared]:
    """Return a model and splits to fit and predict with: of sparse rows where that applies, else as given.

    Args:
        model: With fresh weights. They, its layers and their state are shared with the model returned.
        spec: Of the trial.
        prepared: Splits of dense rows.
    """
    takers = _takers(spec.model)
    if not (_are_sparse(spec, prepared) and all(_sums_rows(layer) for layer in takers) and _is_on_cpu()):
        return model, prepared
    return _sparse_twin(model, {layer.name for layer in takers}), prepared.with_sparse_rows()


def as_input(samples: Array | SparseRows) -> Any:
    """Return a batch of samples as Keras takes it."""
    return sparse_tensor(samples, width=int(samples.shape[1])) if isinstance(samples, SparseRows) else samples


def sparse_tensor(rows: SparseRows, *, width: int) -> Any:
    """Return TensorFlow's form of sparse rows, be they arrays or tensors."""
    import tensorflow as tf

    tensor = tf.SparseTensor(rows.indices, rows.values, tf.ensure_shape(rows.shape, (2,)))
    tensor.set_shape((None, width))
    return tensor


def _sparse_twin(model: keras.Model, names: set[str]) -> keras.Model:
    inputs = keras.Input(shape=model.input_shape[1:], name=model.inputs[0].name, sparse=True)
    twin = keras.models.clone_model(
        model,
        input_tensors=inputs,
        clone_function=lambda layer: RowSums(layer) if layer.name in names else layer,
    )
    assert [id(weight) for weight in twin.weights] == [id(weight) for weight in model.weights]
    return twin


def _takers(spec: ModelSpec) -> list[Layer]:
    """Return the layers that take the model's input."""
    first = spec.layers[0]
    return [layer for layer in spec.layers if INPUT in (layer.inputs or ((INPUT,) if layer is first else ()))]


def _sums_rows(layer: Layer) -> bool:
    """Whether a layer can be `RowSums`, which Keras charges no penalty for its output."""
    return isinstance(layer, Dense) and layer.activity_regularizer is None


def _are_sparse(spec: TrialSpec, prepared: Prepared) -> bool:
    is_augmented = any(step.enabled for step in spec.data.augment)
    is_wanted = spec.training.sparse_inputs and isinstance(spec.data.encode, MultiHot) and not is_augmented
    return is_wanted and prepared.train.has_sparse_rows


def _is_on_cpu() -> bool:
    """Whether TensorFlow computes on one processor: on a GPU the sparse product has no order to rely on.

    JAX takes dense rows.
    """
    if keras.backend.backend() != "tensorflow" or is_parallel():
        return False
    import tensorflow as tf

    return not (tf.config.list_physical_devices("GPU") or tf.config.list_physical_devices("TPU"))
