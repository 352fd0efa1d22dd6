"""Constraints of Keras from their specs."""

from __future__ import annotations

from keras import constraints

from ablation.spec.constraints import Constraint

_CONSTRAINTS = {
    "max_norm": constraints.MaxNorm,
    "min_max_norm": constraints.MinMaxNorm,
    "unit_norm": constraints.UnitNorm,
    "non_neg": constraints.NonNeg,
}


def build_constraint(spec: Constraint) -> constraints.Constraint:
    """Return the Keras constraint a spec describes."""
    return _CONSTRAINTS[spec.kind](**spec.model_dump(exclude={"kind"}))
