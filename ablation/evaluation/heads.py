"""What the outputs of a model mean."""

from __future__ import annotations

from dataclasses import dataclass

from ablation.evaluation.targets import TargetEncoder, TargetForm, target_encoder
from ablation.spec import ModelSpec, expected_outputs
from ablation.spec.layers import ActivationName
from ablation.spec.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    Loss,
    SparseCategoricalCrossentropy,
)


@dataclass(frozen=True)
class Head:
    """The end of a model: what its outputs went through, and what they are held against.

    Args:
        loss: What training minimises.
        activation: Of the outputs.
        classes: Of the dataset; None for a regression.
    """

    loss: Loss
    activation: ActivationName
    classes: int | None

    @property
    def gives_probabilities(self) -> bool:
        """Whether the outputs themselves are probabilities: they went through a softmax or a sigmoid."""
        return self.activation in ("softmax", "sigmoid")

    @property
    def is_binary(self) -> bool:
        """Whether the loss asks yes or no of each output by itself."""
        return isinstance(self.loss, BinaryCrossentropy | BinaryFocalCrossentropy)

    @property
    def is_probabilistic(self) -> bool:
        """Whether the outputs are probabilities or logits of them, rather than numbers held against the targets."""
        of_classes = CategoricalCrossentropy | SparseCategoricalCrossentropy | CategoricalFocalCrossentropy
        return self.gives_probabilities or self.is_binary or isinstance(self.loss, of_classes)

    @property
    def target_form(self) -> TargetForm:
        """The form of the targets that the loss takes."""
        if self.classes is None:
            return "numbers"
        if isinstance(self.loss, SparseCategoricalCrossentropy):
            return "integers"
        return "yes_no" if expected_outputs(self.loss, classes=self.classes) == 1 else "one_hot"

    @property
    def yes_threshold(self) -> float:
        """The single output of a yes above which class 1 is predicted."""
        return 0.5 if self.gives_probabilities else 0.0

    def encoder(self) -> TargetEncoder:
        """Return the function from labels to the targets of the loss."""
        return target_encoder(self.target_form, self.classes)


def head_of(model: ModelSpec, loss: Loss, classes: int | None) -> Head:
    """Return the head of a model that is trained with a loss on a dataset of so many classes."""
    return Head(loss=loss, activation=model.output_activation, classes=classes)
