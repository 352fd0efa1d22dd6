"""Recurrent layers: input (steps, features)."""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import SpecModel
from ablation.spec.constraints import Constraint
from ablation.spec.initializers import Orthogonal
from ablation.spec.layers.base import (
    GLOROT,
    ZEROS,
    ActivationName,
    BiasInitializer,
    KernelInitializer,
    Units,
    Weighted,
)
from ablation.spec.regularizers import Regularizer

ORTHOGONAL = Orthogonal(kind="orthogonal")


class _Recurrence(SpecModel):
    units: Units
    activation: ActivationName = Field(default="tanh", description="Of the output.")
    recurrent_activation: ActivationName = Field(default="sigmoid", description="Of the gates.")
    use_bias: bool = Field(default=True, description="Whether a bias is added.")
    kernel_initializer: KernelInitializer = GLOROT
    recurrent_initializer: KernelInitializer = ORTHOGONAL
    bias_initializer: BiasInitializer = ZEROS
    kernel_regularizer: Regularizer | None = Field(default=None, description="Penalty on the input's kernel.")
    recurrent_regularizer: Regularizer | None = Field(default=None, description="Penalty on the state's kernel.")
    bias_regularizer: Regularizer | None = Field(default=None, description="Penalty on the bias.")
    activity_regularizer: Regularizer | None = Field(default=None, description="Penalty on the output.")
    kernel_constraint: Constraint | None = Field(default=None, description="Projection of the input's kernel.")
    recurrent_constraint: Constraint | None = Field(default=None, description="Projection of the state's kernel.")
    bias_constraint: Constraint | None = Field(default=None, description="Projection of the bias.")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="Share of the inputs that is dropped.")
    recurrent_dropout: float = Field(default=0.0, ge=0, lt=1, description="Share of the state that is dropped.")
    return_sequences: bool = Field(default=False, description="Whether every step's output is returned.")
    go_backwards: bool = Field(default=False, description="Whether the steps are read from the last to the first.")


class _Lstm(_Recurrence):
    unit_forget_bias: bool = Field(default=True, description="Whether the forget gate's bias starts at 1.")


class _Gru(_Recurrence):
    reset_after: bool = Field(default=True, description="Whether the reset gate acts after the product.")


class LstmCell(_Lstm):
    """What runs in both directions: an LSTM without a name of its own."""

    kind: Literal["lstm"]


class GruCell(_Gru):
    """What runs in both directions: a GRU without a name of its own."""

    kind: Literal["gru"]


class Lstm(_Lstm, Weighted):
    """Long short-term memory."""

    kind: Literal["lstm"]


class Gru(_Gru, Weighted):
    """Gated recurrent unit."""

    kind: Literal["gru"]


class Bidirectional(Weighted):
    """A recurrent layer over the steps in both directions."""

    kind: Literal["bidirectional"]
    layer: Annotated[LstmCell | GruCell, Field(discriminator="kind", description="What runs in both directions.")]
    merge_mode: Literal["concat", "sum", "mul", "ave"] = Field(
        default="concat", description="How the outputs of both directions become one."
    )
