"""Which layer feeds which: disabled layers taken out, and inputs by name made sure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ablation.spec.layers import INPUT, Layer, Merge, Residual
from ablation.spec.model import ModelSpec
from ablation.spec.reading.suggesting import suggest

Path = tuple[str, ...]


@dataclass(frozen=True)
class WiringProblem:
    """A layer that cannot be connected: its path, and why."""

    path: Path
    message: str
    hint: str


@dataclass
class _Wiring:
    """The layers of one block so far: what each name stands for, and what is wrong."""

    path: Path
    problems: list[WiringProblem]
    stands_for: dict[str, str] = field(default_factory=lambda: {INPUT: INPUT})
    kept: list[Layer] = field(default_factory=list)
    feeds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    previous: str = INPUT
    left_out: list[str] = field(default_factory=list)
    has_wrong_inputs: bool = False

    def reject(self, layer: Layer, message: str, hint: str) -> None:
        """Say what is wrong with a layer's inputs."""
        self.has_wrong_inputs = True
        self.problems.append(WiringProblem((*self.path, layer.name, "inputs"), message, hint))


def connect(model: ModelSpec) -> tuple[ModelSpec, list[WiringProblem]]:
    """Take disabled layers out of a model; whoever took their output takes their (first) input.

    A layer keeps `inputs` only where they differ from the layer before it.
    """
    problems: list[WiringProblem] = []
    layers = _connect_block(model.layers, ("model", "layers"), problems)
    return (model if problems else model.model_copy(update={"layers": layers})), problems


def _connect_block(layers: Sequence[Layer], path: Path, problems: list[WiringProblem]) -> tuple[Layer, ...]:
    wiring = _Wiring(path, problems)
    names = [layer.name for layer in layers]
    for layer in layers:
        inputs = _inputs(layer, wiring, names)
        if layer.enabled:
            _keep(layer, inputs, wiring)
        else:
            wiring.stands_for[layer.name] = inputs[0]
            wiring.previous = inputs[0]
            wiring.left_out.extend(inputs[1:])
    if not wiring.kept:
        message, hint = "every layer is disabled", "Enable at least the output layer."
        problems.append(WiringProblem(path, message, hint))
        return ()
    return _reachable(wiring)


def _inputs(layer: Layer, wiring: _Wiring, names: list[str]) -> tuple[str, ...]:
    found = []
    for name in layer.inputs if layer.inputs is not None else (wiring.previous,):
        if name not in wiring.stands_for:
            comes_later = name in names
            message = f"{name!r} comes after it" if comes_later else f"no layer is named {name!r}"
            known = [other for other in wiring.stands_for if other != layer.name]
            hint = "A layer takes layers that stand before it." if comes_later else suggest(name, known)
            wiring.reject(layer, message, hint)
        found.append(wiring.stands_for.get(name, INPUT))
    if len(found) > 1 and not isinstance(layer, Merge):
        hint = "Put an add, concatenate, average, maximum or multiply layer between."
        wiring.reject(layer, f"takes one input, not {len(found)}", hint)
    return tuple(found)


def _keep(layer: Layer, inputs: tuple[str, ...], wiring: _Wiring) -> None:
    if isinstance(layer, Residual):
        inner = _connect_block(layer.layers, (*wiring.path, layer.name, "layers"), wiring.problems)
        layer = layer.model_copy(update={"layers": inner or layer.layers})
    wiring.kept.append(layer)
    wiring.stands_for[layer.name] = layer.name
    wiring.feeds[layer.name] = inputs
    wiring.previous = layer.name


def _reachable(wiring: _Wiring) -> tuple[Layer, ...]:
    """Return the layers that the last one needs; the others are mistakes, unless a merge that took them is disabled."""
    needed = _upstream([wiring.kept[-1].name], wiring.feeds)
    excused = needed | _upstream(wiring.left_out, wiring.feeds)
    for layer in wiring.kept if not wiring.has_wrong_inputs else ():
        if layer.name not in excused:
            message, hint = "leads nowhere: no layer takes its output", "Name it in another layer's `inputs`."
            wiring.problems.append(WiringProblem((*wiring.path, layer.name), message, hint))
    return _rewired([layer for layer in wiring.kept if layer.name in needed], wiring.feeds)


def _upstream(names: Sequence[str], feeds: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return these layers and all that they are computed from."""
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name != INPUT:
            found.add(name)
            waiting.extend(feeds[name])
    return found


def _rewired(layers: list[Layer], feeds: dict[str, tuple[str, ...]]) -> tuple[Layer, ...]:
    before = (INPUT, *(layer.name for layer in layers))
    return tuple(
        layer.model_copy(update={"inputs": None if feeds[layer.name] == (previous,) else feeds[layer.name]})
        for layer, previous in zip(layers, before, strict=False)
    )
