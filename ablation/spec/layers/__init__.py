"""The layers of a model. Each has a `kind`, a name and a switch; fields are named as Keras names its arguments.

Source: https://keras.io/api/layers/
"""

from ablation.spec.layers.activations import Activation, Elu, Gelu, LeakyRelu, PRelu, Relu, Selu
from ablation.spec.layers.backbone import Backbone, WeightsFile
from ablation.spec.layers.base import INPUT, ActivationName, Kernel, LayerSpec, Weighted
from ablation.spec.layers.convolution import Conv1D, Conv2D, DepthwiseConv2D, SeparableConv2D
from ablation.spec.layers.dense import Dense, Embedding
from ablation.spec.layers.merging import Add, Average, Concatenate, Maximum, Merge, Multiply
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
from ablation.spec.layers.recurrent import Bidirectional, Gru, GruCell, Lstm, LstmCell
from ablation.spec.layers.reshaping import Flatten, Reshape, ZeroPadding1D, ZeroPadding2D
from ablation.spec.layers.union import Layer, Residual

__all__ = [
    "INPUT",
    "Activation",
    "ActivationName",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "Backbone",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Elu",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "Gelu",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "Gru",
    "GruCell",
    "Kernel",
    "Layer",
    "LayerNormalization",
    "LayerSpec",
    "LeakyRelu",
    "Lstm",
    "LstmCell",
    "MaxPooling1D",
    "MaxPooling2D",
    "Maximum",
    "Merge",
    "Multiply",
    "PRelu",
    "Relu",
    "Reshape",
    "Residual",
    "Selu",
    "SeparableConv2D",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "Weighted",
    "WeightsFile",
    "ZeroPadding1D",
    "ZeroPadding2D",
]
