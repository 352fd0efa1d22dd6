"""What training minimises. Losses of classes take logits unless the model ends in a softmax or sigmoid.

Source: https://keras.io/api/losses/
"""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import SpecModel

LabelSmoothing = Annotated[float, Field(ge=0, lt=1, description="Share of the label spread over all classes.")]
Gamma = Annotated[float, Field(ge=0, description="How much less easy samples count; 0: as much as hard ones.")]


class CategoricalCrossentropy(SpecModel):
    """-sum(y * log p) over one-hot labels; one output a class."""

    kind: Literal["categorical_crossentropy"]
    label_smoothing: LabelSmoothing = 0.0


class SparseCategoricalCrossentropy(SpecModel):
    """-log p of the label's class, labels being integers; one output a class."""

    kind: Literal["sparse_categorical_crossentropy"]


class BinaryCrossentropy(SpecModel):
    """-y * log p - (1 - y) * log(1 - p); one output for two classes, or one a class, each yes or no."""

    kind: Literal["binary_crossentropy"]
    label_smoothing: LabelSmoothing = 0.0


class CategoricalFocalCrossentropy(SpecModel):
    """Crossentropy times alpha * (1 - p) ** gamma. Source: Lin et al., 2017."""

    kind: Literal["categorical_focal_crossentropy"]
    alpha: float = Field(default=0.25, gt=0, le=1, description="Factor of the loss.")
    gamma: Gamma = 2.0
    label_smoothing: LabelSmoothing = 0.0


class BinaryFocalCrossentropy(SpecModel):
    """Binary crossentropy times (1 - p) ** gamma. Source: Lin et al., 2017."""

    kind: Literal["binary_focal_crossentropy"]
    apply_class_balancing: bool = Field(default=False, description="Whether alpha weighs class 1, 1 - alpha class 0.")
    alpha: float = Field(default=0.25, gt=0, lt=1, description="Weight of class 1.")
    gamma: Gamma = 2.0
    label_smoothing: LabelSmoothing = 0.0


class MeanSquaredError(SpecModel):
    """Mean of squared differences; for classes, to their one-hot labels."""

    kind: Literal["mean_squared_error"]


class MeanAbsoluteError(SpecModel):
    """Mean of absolute differences: less sensitive to outliers."""

    kind: Literal["mean_absolute_error"]


class Huber(SpecModel):
    """Squared for differences up to delta, linear beyond."""

    kind: Literal["huber"]
    delta: float = Field(default=1.0, gt=0, description="Where the loss becomes linear.")


class LogCosh(SpecModel):
    """log(cosh(difference)): squared when small, linear when large."""

    kind: Literal["log_cosh"]


Loss = Annotated[
    CategoricalCrossentropy
    | SparseCategoricalCrossentropy
    | BinaryCrossentropy
    | CategoricalFocalCrossentropy
    | BinaryFocalCrossentropy
    | MeanSquaredError
    | MeanAbsoluteError
    | Huber
    | LogCosh,
    Field(discriminator="kind"),
]
