"""Which model reads which data in each stage: the whole one samples, or what follows frozen layers their features.

Both ways give the same numbers, but for the last digits (docs/decisions/018).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import keras

from ablation.data import Prepared
from ablation.model import cut_after
from ablation.spec import TrialSpec
from ablation.spec.layers import Weighted
from ablation.training.feeding.prefix import frozen_prefix


@dataclass(frozen=True)
class View:
    """A model, whole or in part, and the splits that it takes."""

    model: keras.Model
    prepared: Prepared


class Views:
    """The views of one trial's model. Once a layer of the frozen beginning is trained, its features are no longer true.

    Args:
        model: All layers.
        spec: The trial's.
        prepared: Its splits; with features, if they are to be used.
    """

    def __init__(self, model: keras.Model, spec: TrialSpec, prepared: Prepared) -> None:
        self._whole = View(model, replace(prepared, features=None))
        prefix = frozen_prefix(spec)
        self._part: View | None = None
        if prefix is not None and prepared.features is not None:
            self._part = View(cut_after(model, prefix.layers[-1].name), prepared.features)
            self._held = [model.get_layer(layer.name) for layer in prefix.layers if isinstance(layer, Weighted)]

    def choose(self) -> View:
        """Return the view of a stage whose layers have been frozen and unfrozen."""
        if self._part is not None and any(layer.trainable for layer in self._held):
            self._part = None
        return self._part or self._whole

    def read_by(self, model: keras.Model) -> Prepared:
        """Return the splits that one of the models takes."""
        views = [view for view in (self._part, self._whole) if view is not None and view.model is model]
        return views[0].prepared
