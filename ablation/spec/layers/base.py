"""What every layer has, and what layers with weights share."""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import LAYER_NAME, Many, SpecModel
from ablation.spec.constraints import Constraint
from ablation.spec.initializers import Initializer, Named
from ablation.spec.regularizers import Regularizer

# The samples themselves, where a layer names its inputs. Upper case is free: layers are named in lower case.
INPUT = "INPUT"

ActivationName = Literal[
    "linear",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "sigmoid",
    "hard_sigmoid",
    "tanh",
    "softplus",
    "softsign",
    "exponential",
    "softmax",
]

Rate = Annotated[float, Field(ge=0, lt=1, description="The fraction of units to drop, e.g. 0.4.", examples=[0.4])]
Epsilon = Annotated[float, Field(gt=0, description="Added to the variance.", examples=[1e-3])]
Padding = Annotated[
    Literal["valid", "same"],
    Field(description="valid: only where the window fits; same: the output has the input's size, divided by strides."),
]
Units = Annotated[int, Field(ge=1, le=1_000_000, description="Number of outputs.", examples=[64])]
KernelInitializer = Annotated[Initializer, Field(description="Start of the kernel.")]
BiasInitializer = Annotated[Initializer, Field(description="Start of the bias.")]

GLOROT = Named(kind="glorot_uniform")
ZEROS = Named(kind="zeros")
ONES = Named(kind="ones")


class LayerSpec(SpecModel):
    """A layer: a name, a switch, and where its input comes from."""

    name: str = Field(
        pattern=LAYER_NAME, description="Unique in the model; variants address the layer by it.", examples=["hidden_1"]
    )
    enabled: bool = Field(default=True, description="Whether the layer is in the model; a switch for variants.")
    inputs: Many[str] | None = Field(
        default=None,
        min_length=1,
        description="Names of the layers it takes, or INPUT for the samples; the layer before it when left out.",
        examples=[["conv_1", "conv_3"]],
    )


class Weighted(LayerSpec):
    """A layer whose weights can be held as they are."""

    trainable: bool = Field(default=True, description="Whether its weights are trained; phases may change it.")


class Kernel(Weighted):
    """A layer with a kernel, a bias and an activation."""

    activation: ActivationName = Field(default="linear", description="Applied to the output.")
    use_bias: bool = Field(default=True, description="Whether a bias is added.")
    kernel_initializer: KernelInitializer = GLOROT
    bias_initializer: BiasInitializer = ZEROS
    kernel_regularizer: Regularizer | None = Field(default=None, description="Penalty on the kernel.")
    bias_regularizer: Regularizer | None = Field(default=None, description="Penalty on the bias.")
    activity_regularizer: Regularizer | None = Field(default=None, description="Penalty on the output.")
    kernel_constraint: Constraint | None = Field(default=None, description="Projection of the kernel.")
    bias_constraint: Constraint | None = Field(default=None, description="Projection of the bias.")
