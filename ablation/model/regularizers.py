"""Penalties of Keras from their specs."""

from __future__ import annotations

from functools import singledispatch

from keras import regularizers

from ablation.spec.regularizers import L1, L1L2, L2, OrthogonalPenalty, Regularizer


@singledispatch
def build_regularizer(spec: Regularizer) -> regularizers.Regularizer:
    """Return the Keras regulariser a spec describes."""
    raise TypeError(f"no regulariser for {type(spec).__name__}")


@build_regularizer.register
def _(spec: L1) -> regularizers.Regularizer:
    return regularizers.L1(spec.factor)


@build_regularizer.register
def _(spec: L2) -> regularizers.Regularizer:
    return regularizers.L2(spec.factor)


@build_regularizer.register
def _(spec: L1L2) -> regularizers.Regularizer:
    return regularizers.L1L2(l1=spec.l1, l2=spec.l2)


@build_regularizer.register
def _(spec: OrthogonalPenalty) -> regularizers.Regularizer:
    return regularizers.OrthogonalRegularizer(factor=spec.factor, mode=spec.mode)
