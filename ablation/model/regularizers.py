"""Penalties of Keras from their specs."""

from __future__ import annotations

from functools import singledispatch

from keras import regularizers

from ablation.spec.regularizers import L1, L1L2, L2, Regularizer


@singledispatch
def build_regularizer(spec: Regularizer | None) -> regularizers.Regularizer | None:
    """Return the Keras regulariser a spec describes; None for None."""
    if spec is not None:
        raise TypeError(f"no regulariser for {type(spec).__name__}")
    return None


@build_regularizer.register
def _(spec: L1) -> regularizers.Regularizer:
    return regularizers.L1(spec.factor)


@build_regularizer.register
def _(spec: L2) -> regularizers.Regularizer:
    return regularizers.L2(spec.factor)


@build_regularizer.register
def _(spec: L1L2) -> regularizers.Regularizer:
    return regularizers.L1L2(l1=spec.l1, l2=spec.l2)
