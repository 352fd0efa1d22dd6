"""Random changes to training batches, drawn from (seed, epoch, index) alone; never to validation or test."""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import PositiveInt, Step

Share = Annotated[float, Field(gt=0, le=1)]
Alpha = Annotated[float, Field(gt=0, description="Of the beta distribution that shares are drawn from.")]


class Flip(Step):
    """Mirrors half of the images."""

    kind: Literal["flip"]
    axis: Literal["horizontal", "vertical", "both"] = Field(default="horizontal", description="Left-right, up-down.")


class Shift(Step):
    """Moves images."""

    kind: Literal["shift"]
    height: Share = Field(default=0.1, description="Largest move, as a share of the height.")
    width: Share = Field(default=0.1, description="Largest move, as a share of the width.")


class Rotate(Step):
    """Turns images."""

    kind: Literal["rotate"]
    degrees: float = Field(default=15.0, gt=0, le=180, description="Largest angle.")


class Zoom(Step):
    """Enlarges and shrinks images."""

    kind: Literal["zoom"]
    share: Share = Field(default=0.1, description="Largest change of size.")


class Contrast(Step):
    """Spreads values around each image's mean."""

    kind: Literal["contrast"]
    share: Share = Field(default=0.2, description="Largest change of contrast.")


class Brightness(Step):
    """Adds to all values of an image."""

    kind: Literal["brightness"]
    share: Share = Field(default=0.2, description="Largest change, as a share of the training data's range.")


class Cutout(Step):
    """Sets a square of each image to the training mean. Source: DeVries and Taylor, 2017."""

    kind: Literal["cutout"]
    size: PositiveInt = Field(description="Side of the square, in pixels.", examples=[8])


class MixUp(Step):
    """Mixes pairs of samples and their labels. Source: Zhang et al., 2018."""

    kind: Literal["mixup"]
    alpha: Alpha = 0.2


class CutMix(Step):
    """Pastes a rectangle of another image and mixes the labels by area. Source: Yun et al., 2019."""

    kind: Literal["cutmix"]
    alpha: Alpha = 1.0


AugmentStep = Annotated[
    Flip | Shift | Rotate | Zoom | Contrast | Brightness | Cutout | MixUp | CutMix, Field(discriminator="kind")
]
