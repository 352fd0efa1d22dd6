"""Initialisers of Keras, each seeded by (trial seed, layer, weight): layers of one name and shape start alike."""

from __future__ import annotations

from keras import initializers

from ablation.spec.initializers import Initializer

_SEEDLESS = ("zeros", "ones", "constant", "identity")


def build_initializer(spec: Initializer, seed: int) -> initializers.Initializer:
    """Return the Keras initialiser a spec describes.

    Args:
        spec: Kind and settings.
        seed: Seed of this one weight.
    """
    settings = spec.model_dump(exclude={"kind"})
    if spec.kind not in _SEEDLESS:
        settings["seed"] = seed
    return initializers.get({"class_name": spec.kind, "config": settings})
