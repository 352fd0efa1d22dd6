"""Initialisers of Keras, each seeded by (trial seed, layer, weight): layers of one name and shape start alike."""

from __future__ import annotations

from functools import singledispatch

from keras import initializers

from ablation.spec.initializers import Constant, Initializer, Named, RandomNormal, RandomUniform

_SEEDLESS = ("zeros", "ones")


@singledispatch
def build_initializer(spec: Initializer, seed: int) -> initializers.Initializer:
    """Return the Keras initialiser a spec describes.

    Args:
        spec: Kind and settings.
        seed: Seed of this one weight.
    """
    raise TypeError(f"no initialiser for {type(spec).__name__}")


@build_initializer.register
def _(spec: Constant, seed: int) -> initializers.Initializer:
    return initializers.Constant(spec.value)


@build_initializer.register
def _(spec: RandomUniform, seed: int) -> initializers.Initializer:
    return initializers.RandomUniform(spec.minval, spec.maxval, seed=seed)


@build_initializer.register
def _(spec: RandomNormal, seed: int) -> initializers.Initializer:
    return initializers.RandomNormal(spec.mean, spec.stddev, seed=seed)


@build_initializer.register
def _(spec: Named, seed: int) -> initializers.Initializer:
    settings = {} if spec.kind in _SEEDLESS else {"seed": seed}
    return initializers.get({"class_name": spec.kind, "config": settings})
