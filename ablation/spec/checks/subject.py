"""What the checks look at: a trial's spec, its dataset, and the shapes, where those could be worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ablation.catalogue import Dataset
from ablation.spec.checks.findings import Finding
from ablation.spec.data import DataSpec
from ablation.spec.layers import INPUT, Layer, Residual
from ablation.spec.model import ModelSpec
from ablation.spec.shapes import ModelShapes, Shape
from ablation.spec.training import TrainingSpec
from ablation.spec.trials import TrialSpec


@dataclass(frozen=True)
class Subject:
    """A trial's spec and what is known of it.

    Attributes:
        spec: Resolved.
        dataset: Its dataset.
        sample: Shape of one sample; None when the data section is wrong, or nobody says it.
        shapes: Of all layers; None when one does not fit, or that of a sample is not known.
    """

    spec: TrialSpec
    dataset: Dataset
    sample: Shape | None
    shapes: ModelShapes | None

    @property
    def data(self) -> DataSpec:
        """The data section."""
        return self.spec.data

    @property
    def model(self) -> ModelSpec:
        """The model section."""
        return self.spec.model

    @property
    def training(self) -> TrainingSpec:
        """The training section."""
        return self.spec.training


Path = tuple[str, ...]
Check = Callable[[Subject], Iterator[Finding]]


def before(model: ModelSpec, layer: Layer) -> Layer | None:
    """Return the layer that a layer outside blocks takes first; None for the samples."""
    index = model.layers.index(layer)
    if layer.inputs is None:
        return model.layers[index - 1] if index else None
    name = layer.inputs[0]
    return None if name == INPUT else next(other for other in model.layers if other.name == name)


def paths_of(layers: Sequence[Layer], path: Path = ("model", "layers")) -> Iterator[tuple[Path, Layer]]:
    """Yield every layer, those inside blocks included, with its path in the spec."""
    for layer in layers:
        yield (*path, layer.name), layer
        if isinstance(layer, Residual):
            yield from paths_of(layer.layers, (*path, layer.name, "layers"))
