"""Layers of all-to-all connections, and look-up tables."""

from typing import Literal

from pydantic import Field

from ablation.spec.base import PositiveInt
from ablation.spec.constraints import Constraint
from ablation.spec.initializers import Initializer, RandomUniform
from ablation.spec.layers.base import Kernel, Units, Weighted
from ablation.spec.regularizers import Regularizer


class Dense(Kernel):
    """activation(inputs @ kernel + bias)."""

    kind: Literal["dense"]
    units: Units


class Embedding(Weighted):
    """A row of weights for each integer."""

    kind: Literal["embedding"]
    input_dim: PositiveInt = Field(description="Number of rows: the largest integer plus 1.", examples=[10_000])
    output_dim: PositiveInt = Field(description="Length of a row.", examples=[32])
    mask_zero: bool = Field(default=False, description="Whether 0 is padding, which recurrent layers skip.")
    embeddings_initializer: Initializer = Field(
        default=RandomUniform(kind="random_uniform"), description="Start of the rows."
    )
    embeddings_regularizer: Regularizer | None = Field(default=None, description="Penalty on the rows.")
    embeddings_constraint: Constraint | None = Field(default=None, description="Projection of the rows.")
