"""The stages of a training: its own epochs, then each phase, with their learning rates and frozen layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import keras

from ablation.spec import ModelSpec, TrainingSpec
from ablation.spec.layers import Backbone, Layer, Residual
from ablation.spec.schedules import Schedule


@dataclass(frozen=True)
class Stage:
    """Epochs that are trained without a change of the rules.

    Args:
        path: In the spec, for messages.
        first_epoch: Of all epochs of the training, counted from 0.
        epochs: How many.
        learning_rate: What the schedule's factors are factors of.
        schedule: Counts from the stage's start.
        unfreeze: Patterns of layers that are trained from here on.
        freeze: Patterns of layers that are held from here on; these win.
    """

    path: str
    first_epoch: int
    epochs: int
    learning_rate: float
    schedule: Schedule
    unfreeze: tuple[str, ...] = ()
    freeze: tuple[str, ...] = ()


def stages_of(spec: TrainingSpec) -> list[Stage]:
    """Return the stages in order; a phase without a learning rate has that of the stage before it."""
    stages = [Stage("training", 0, spec.epochs, spec.optimizer.learning_rate, spec.schedule)]
    for phase in spec.phases:
        if phase.enabled:
            last = stages[-1]
            stages.append(
                Stage(
                    path=f"training.phases.{phase.name}",
                    first_epoch=last.first_epoch + last.epochs,
                    epochs=phase.epochs,
                    learning_rate=phase.learning_rate or last.learning_rate,
                    schedule=phase.schedule,
                    unfreeze=phase.unfreeze,
                    freeze=phase.freeze,
                )
            )
    return stages


class Freezing:
    """Freezes layers of a model by name, and gives them back what was trained in them before.

    Args:
        model: Its layers have the names of the spec's.
        spec: Knows which layers a residual block is made of.
    """

    def __init__(self, model: keras.Model, spec: ModelSpec) -> None:
        self._layers = {layer.name: layer for layer in model.layers}
        self._members = {layer.name: list(_names(layer)) for layer in spec.all_layers}
        self._frozen: dict[str, dict[keras.layers.Layer, bool]] = {}
        self._trained_in_part = {
            layer.name: layer.trainable_layers
            for layer in spec.all_layers
            if isinstance(layer, Backbone) and layer.trainable_layers is not None
        }

    def check(self, stages: list[Stage]) -> None:
        """Refuse patterns that match no layer.

        Raises:
            ValueError: One does; the message says which.
        """
        for stage in stages:
            for action in ("unfreeze", "freeze"):
                for pattern in getattr(stage, action):
                    if not self._matching((pattern,)):
                        raise ValueError(
                            f"{stage.path}.{action}: matches no layer\n"
                            f"  got {pattern!r}. The layers are {', '.join(self._members)}."
                        )

    def apply(self, stage: Stage) -> None:
        """Make the layers trainable or not; takes effect when the model is compiled next."""
        for name in self._matching(stage.unfreeze):
            self._unfreeze(name)
        for name in self._matching(stage.freeze):
            self._freeze(name)

    def _matching(self, patterns: tuple[str, ...]) -> list[str]:
        matched = [name for name in self._members if any(fnmatchcase(name, pattern) for pattern in patterns)]
        members = dict.fromkeys(member for name in matched for member in self._members[name])
        return [member for member in members if member in self._layers]

    def _freeze(self, name: str) -> None:
        layer = self._layers[name]
        if layer.trainable:
            self._frozen[name] = {part: part.trainable for part in _parts(layer)}
        layer.trainable = False

    def _unfreeze(self, name: str) -> None:
        layer = self._layers[name]
        if name not in self._frozen:
            layer.trainable = True
            if name in self._trained_in_part:
                for part in layer.layers[: -self._trained_in_part[name]]:
                    part.trainable = False
            return
        for part, is_trainable in self._frozen.pop(name).items():
            part.trainable = is_trainable


def rate_shares(model: keras.Model, spec: ModelSpec) -> Iterator[tuple[list[keras.Variable], float]]:
    """Yield the weights of a model, or of a part of it, that learn at a share of the learning rate, and the share."""
    names = {layer.name for layer in model.layers}
    for layer in spec.all_layers:
        if isinstance(layer, Backbone) and layer.learning_rate_factor is not None and layer.name in names:
            yield model.get_layer(layer.name).weights, layer.learning_rate_factor


def _names(layer: Layer) -> Iterator[str]:
    yield layer.name
    if isinstance(layer, Residual):
        yield f"{layer.name}_projection"
        for inner in layer.layers:
            yield from _names(inner)


def _parts(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return a layer and all layers inside it, outermost first: setting the outer one sets those inside."""
    return list(layer._flatten_layers())
