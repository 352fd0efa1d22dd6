"""Penalties on weights that are added to the objective, never to the reported loss."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import SpecModel


class L1(SpecModel):
    """factor * sum(|w|)."""

    kind: Literal["l1"]
    factor: float = Field(default=0.01, ge=0, description="Strength of the penalty.", examples=[1e-3])


class L2(SpecModel):
    """factor * sum(w ** 2)."""

    kind: Literal["l2"]
    factor: float = Field(default=0.01, ge=0, description="Strength of the penalty.", examples=[1e-3])


class L1L2(SpecModel):
    """l1 * sum(|w|) + l2 * sum(w ** 2)."""

    kind: Literal["l1_l2"]
    l1: float = Field(default=0.0, ge=0, description="Strength of the L1 part.")
    l2: float = Field(default=0.0, ge=0, description="Strength of the L2 part.")


Regularizer = Annotated[L1 | L2 | L1L2, Field(discriminator="kind")]
