"""Every kind of layer, and the residual block, which holds layers itself."""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import Many
from ablation.spec.initializers import Initializer
from ablation.spec.layers.activations import Activation, Elu, Gelu, LeakyRelu, PRelu, Relu, Selu
from ablation.spec.layers.backbone import Backbone
from ablation.spec.layers.base import GLOROT, ActivationName, LayerSpec
from ablation.spec.layers.convolution import Conv1D, Conv2D, DepthwiseConv2D, SeparableConv2D
from ablation.spec.layers.dense import Dense, Embedding
from ablation.spec.layers.merging import Add, Average, Concatenate, Maximum, Multiply
from ablation.spec.layers.noise import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
)
from ablation.spec.layers.normalization import BatchNormalization, GroupNormalization, LayerNormalization
from ablation.spec.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from ablation.spec.layers.recurrent import Bidirectional, Gru, Lstm
from ablation.spec.layers.reshaping import Flatten, Reshape, ZeroPadding1D, ZeroPadding2D
from ablation.spec.regularizers import Regularizer


class Residual(LayerSpec):
    """activation(layers(x) + x). Source: He et al., Deep Residual Learning for Image Recognition, 2015."""

    kind: Literal["residual"]
    layers: Many["Layer"] = Field(min_length=1, description="The layers of the block, first to last.")
    shortcut: Literal["identity", "projection", "none"] = Field(
        default="identity",
        description="The way round: as it is, through a linear layer of the right size, or not there (a plain stack).",
    )
    activation: ActivationName = Field(default="linear", description="Applied to the sum.")
    projection_initializer: Initializer = Field(default=GLOROT, description="Start of the projection's kernel.")
    projection_regularizer: Regularizer | None = Field(default=None, description="Penalty on the projection's kernel.")


Layer = Annotated[
    Dense
    | Embedding
    | Conv1D
    | Conv2D
    | DepthwiseConv2D
    | SeparableConv2D
    | MaxPooling1D
    | AveragePooling1D
    | MaxPooling2D
    | AveragePooling2D
    | GlobalMaxPooling1D
    | GlobalAveragePooling1D
    | GlobalMaxPooling2D
    | GlobalAveragePooling2D
    | Flatten
    | Reshape
    | ZeroPadding1D
    | ZeroPadding2D
    | Activation
    | Relu
    | LeakyRelu
    | PRelu
    | Elu
    | Selu
    | Gelu
    | Dropout
    | SpatialDropout1D
    | SpatialDropout2D
    | AlphaDropout
    | GaussianDropout
    | GaussianNoise
    | BatchNormalization
    | LayerNormalization
    | GroupNormalization
    | Lstm
    | Gru
    | Bidirectional
    | Add
    | Multiply
    | Average
    | Maximum
    | Concatenate
    | Residual
    | Backbone,
    Field(discriminator="kind"),
]
