"""Penalties that are added to the objective, never to the reported loss.

Source: https://keras.io/api/layers/regularizers/
"""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import SpecModel

Strength = Annotated[float, Field(ge=0, description="Strength of the penalty.", examples=[1e-3])]


class L1(SpecModel):
    """factor * sum(|w|)."""

    kind: Literal["l1"]
    factor: Strength = 0.01


class L2(SpecModel):
    """factor * sum(w ** 2)."""

    kind: Literal["l2"]
    factor: Strength = 0.01


class L1L2(SpecModel):
    """l1 * sum(|w|) + l2 * sum(w ** 2)."""

    kind: Literal["l1_l2"]
    l1: float = Field(default=0.0, ge=0, description="Strength of the L1 part.", examples=[1e-3])
    l2: float = Field(default=0.0, ge=0, description="Strength of the L2 part.", examples=[1e-3])


class OrthogonalPenalty(SpecModel):
    """factor * mean of the absolute cosines between different rows (or columns); for two-dimensional weights."""

    kind: Literal["orthogonal"]
    factor: Strength = 0.01
    mode: Literal["rows", "columns"] = Field(default="rows", description="What is to be orthogonal.")


Regularizer = Annotated[L1 | L2 | L1L2 | OrthogonalPenalty, Field(discriminator="kind")]
