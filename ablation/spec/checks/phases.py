"""Which layers are trained, in each phase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject
from ablation.spec.layers import Backbone, Layer, Residual, Weighted
from ablation.spec.reading.suggesting import suggest
from ablation.spec.schedules import ConstantRate, Schedule
from ablation.spec.training import Phase

Path = tuple[str, ...]


@dataclass
class _State:
    """What holds before a phase: which layers with weights are trained, the learning rate, and the schedule."""

    trained: dict[str, bool | None]
    members: dict[str, list[str]]
    learning_rate: float
    schedule: Schedule


def check_trained(subject: Subject) -> Iterator[Finding]:
    """Find a model that has nothing to train."""
    if subject.shapes is None or subject.shapes.trainable_parameters != 0:
        return
    path = ("model", "layers")
    if subject.shapes.parameters == 0:
        yield Finding(path, "no layer has weights: nothing can be trained", "Add a layer with weights, e.g. dense.")
    else:
        yield Finding(path, "every layer is frozen: nothing is trained", "Leave trainable: true at least at the last.")


def check_phases(subject: Subject) -> Iterator[Finding]:
    """Find phases whose patterns reach nothing, that freeze everything, or that change nothing."""
    training = subject.training
    state = _State(_trained(subject), _members(subject), training.optimizer.learning_rate, training.schedule)
    for phase in training.phases:
        path = ("training", "phases", phase.name)
        before = dict(state.trained)
        found = [*_apply(state, phase, (*path, "unfreeze"), True), *_apply(state, phase, (*path, "freeze"), False)]
        yield from found
        if _is_frozen(state.trained) and not _is_frozen(before):
            yield Finding((*path, "freeze"), "every layer is frozen: nothing is left to train", "Freeze fewer layers.")
        elif not found and before == state.trained and _has_the_same_rate(state, phase):
            message = "changes nothing: the same layers at the same rate"
            hint = (
                "Give it another learning_rate, a schedule, or layers to freeze or unfreeze; or add its epochs before."
            )
            yield Finding(path, message, hint, "warning")
        state.learning_rate = phase.learning_rate or state.learning_rate
        state.schedule = phase.schedule


def _trained(subject: Subject) -> dict[str, bool | None]:
    """Return the layers with weights: whether they are trained at first; None: in part."""
    counts = {} if subject.shapes is None else {layer.name: layer.parameters for layer in subject.shapes.layers}
    trained: dict[str, bool | None] = {}
    for layer in subject.model.all_layers:
        has_weights = counts[layer.name] != 0 if counts else isinstance(layer, Weighted | Residual)
        if has_weights:
            trained[layer.name] = layer.trainable if isinstance(layer, Weighted) else True
            if isinstance(layer, Backbone) and layer.trainable_layers is not None:
                trained[layer.name] = None
    return trained


def _members(subject: Subject) -> dict[str, list[str]]:
    return {layer.name: list(_names(layer)) for layer in subject.model.all_layers}


def _is_frozen(trained: dict[str, bool | None]) -> bool:
    return all(is_trained is False for is_trained in trained.values())


def _names(layer: Layer) -> Iterator[str]:
    yield layer.name
    if isinstance(layer, Residual):
        for inner in layer.layers:
            yield from _names(inner)


def _apply(state: _State, phase: Phase, path: Path, is_trained: bool) -> Iterator[Finding]:
    for index, pattern in enumerate(phase.unfreeze if is_trained else phase.freeze):
        place = (*path, str(index))
        matched = [name for name in state.members if fnmatchcase(name, pattern)]
        weighted = [member for name in matched for member in state.members[name] if member in state.trained]
        if not matched:
            yield Finding(place, f"{pattern!r} matches no layer", suggest(pattern, list(state.members)))
        elif not weighted:
            message = f"{pattern!r} matches only layers without weights: {', '.join(matched)}"
            yield Finding(place, message, suggest(pattern, list(state.trained)))
        state.trained.update(dict.fromkeys(weighted, is_trained))


def _has_the_same_rate(state: _State, phase: Phase) -> bool:
    is_steady = all(_is_constant(schedule) for schedule in (state.schedule, phase.schedule))
    return is_steady and phase.learning_rate in (None, state.learning_rate)


def _is_constant(schedule: Schedule) -> bool:
    return isinstance(schedule, ConstantRate) and not schedule.warmup_steps
