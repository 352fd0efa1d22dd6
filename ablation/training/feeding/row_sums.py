"""The product of sparse rows and a dense layer's kernel: sums of the kernel's rows, as fast for 4 units as for 512."""

from __future__ import annotations

from typing import Any

import keras

# Below this width TensorFlow's product of sparse and dense tensors is a plain loop; above, slower than a dense one.
NARROW_UNITS = 32


class RowSums(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """What a dense layer gives for sparse rows, with its weights.

    Both products and their gradients add in one order whatever the number of threads. TensorFlow's own gradient of the
    wide one does not, and that of the narrow one would sum for the rows' numbers, too. They add in float32 also where
    the layer computes in 16 bits, as TensorFlow has none of its sums of rows in these.

    Args:
        dense: A built layer.
    """

    def __init__(self, dense: keras.layers.Dense) -> None:
        super().__init__(name=dense.name, dtype="float32")
        self.dense = dense
        self.trainable = dense.trainable
        self.supports_jit = False

    def call(self, rows: Any) -> Any:
        """Return the outputs, (batch, units), of a sparse tensor of shape (batch, width)."""
        multiply = _multiply_narrow if self.dense.units < NARROW_UNITS else _multiply_wide
        outputs = multiply(rows, keras.ops.convert_to_tensor(self.dense.kernel))
        if self.dense.use_bias:
            outputs = keras.ops.add(outputs, self.dense.bias)
        return self.dense.activation(keras.ops.cast(outputs, self.dense.compute_dtype))

    def compute_output_spec(self, rows: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, units) of the layer's precision."""
        return keras.KerasTensor((rows.shape[0], self.dense.units), dtype=self.dense.compute_dtype)


def _multiply_narrow(rows: Any, kernel: Any) -> Any:
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def product(kernel: Any) -> Any:
        def gradient(upstream: Any) -> Any:
            return tf.sparse.sparse_dense_matmul(rows, upstream, adjoint_a=True)

        return tf.sparse.sparse_dense_matmul(rows, kernel), gradient

    return product(tf.convert_to_tensor(kernel))  # outside a graph it would be taken for a variable that is used within


def _multiply_wide(rows: Any, kernel: Any) -> Any:
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def product(kernel: Any) -> Any:
        matrix = tf.raw_ops.SparseTensorToCSRSparseMatrix(
            indices=rows.indices, values=rows.values, dense_shape=rows.dense_shape
        )

        def gradient(upstream: Any) -> Any:
            transposed = tf.raw_ops.SparseMatrixTranspose(input=matrix, type=kernel.dtype)
            return tf.raw_ops.SparseMatrixMatMul(a=transposed, b=upstream)

        return tf.ensure_shape(tf.raw_ops.SparseMatrixMatMul(a=matrix, b=kernel), (None, kernel.shape[1])), gradient

    return product(tf.convert_to_tensor(kernel))  # outside a graph it would be taken for a variable that is used within
