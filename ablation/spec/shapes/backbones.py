"""Networks of keras.applications, by a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ablation.spec.layers import Backbone
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.ranks import require_image
from ablation.spec.shapes.records import Misfit, Output, Shape
from ablation.spec.shapes.windows import Window

TABLE = Path(__file__).parent / "backbones.yaml"
COLOURS = 3


@dataclass(frozen=True)
class Network:
    """A network: the smallest image it takes, the windows that shrink one, and what it weighs by alpha."""

    smallest: int
    windows: tuple[Window, ...]
    by_alpha: dict[float, dict[str, int]]


@cache
def networks() -> dict[str, Network]:
    """Read the table; what is not published for an alpha of one's own is not in it."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    windows = {name: tuple(_window(*window) for window in found) for name, found in table["windows"].items()}
    return {name: _network(entry, windows) for name, entry in table["networks"].items()}


@output_of.register
def _(layer: Backbone, shape: Shape) -> Output:
    height, width, channels = require_image(shape)
    network = networks()[layer.network]
    is_untouched = layer.weights == "none" and not layer.preprocess
    if channels not in (COLOURS, None) and not is_untouched:
        hint = "Repeat a grey channel by a concatenate layer before it, e.g. inputs: [INPUT, INPUT, INPUT]."
        raise Misfit(f"takes images of {COLOURS} channels", hint)
    if any(size is not None and size < network.smallest for size in (height, width)):
        hint = f"Enlarge the images: a resize step in data.normalize, e.g. to {network.smallest} x {network.smallest}."
        raise Misfit(f"{layer.network} takes images of at least {network.smallest} x {network.smallest}", hint)
    spatial: Shape = (height, width)
    for window in network.windows:
        spatial = window.places(spatial)
    output = _output(layer, network, spatial)
    return output if channels == COLOURS else replace(output, parameters=None)


def _output(layer: Backbone, network: Network, spatial: Shape) -> Output:
    weighed = network.by_alpha.get(1.0 if layer.alpha is None else layer.alpha)
    if weighed is not None:
        return Output((*spatial, weighed["channels"]), weighed["parameters"], weighed["untrained"])
    if layer.weights == "imagenet":
        published = ", ".join(map(str, network.by_alpha))
        raise Misfit(f"no weights are published for alpha {layer.alpha}", f"Choose from: {published}.", field="alpha")
    return Output((*spatial, None), None)


def _network(entry: dict[str, Any], windows: dict[str, tuple[Window, ...]]) -> Network:
    return Network(entry["smallest"], windows[entry["windows"]], entry["by_alpha"])


def _window(size: int, stride: int, padding: str) -> Window:
    return Window((size, size), (stride, stride), padding, (1, 1))
