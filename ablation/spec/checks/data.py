"""Augmentation and label noise against the kind of samples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ablation.spec.augmenters import CutMix, Cutout, Flip, MixUp, Rotate, Shift, Zoom
from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject
from ablation.spec.encoders import Padded
from ablation.spec.losses import SparseCategoricalCrossentropy
from ablation.spec.shapes.records import display
from ablation.spec.shapes.samples import is_image

_OF_THIS_MACHINE = re.compile(r"/|file:", re.IGNORECASE)

OF_IMAGES = (Flip, Shift, Rotate, Zoom, Cutout, CutMix)


def check_paths(subject: Subject) -> Iterator[Finding]:
    """Find files of the study's own at absolute paths, which tell readers of the spec about this machine."""
    source = subject.data.dataset
    if isinstance(source, str):
        return
    places = [(("uri",), source.uri), *((("files", str(i), "uri"), file.uri) for i, file in enumerate(source.files))]
    for place, uri in places:
        if uri is not None and _OF_THIS_MACHINE.match(uri):
            message = "is a path of this machine, and the spec is published with the results"
            hint = "Write a path relative to the working directory."
            yield Finding(("data", "dataset", *place), message, hint, "warning")


def check_unknown_words(subject: Subject) -> Iterator[Finding]:
    """Find an integer for words left out that is itself not in the vocabulary."""
    encoder = subject.data.encode
    if encoder is not None and encoder.unknown is not None and encoder.unknown >= encoder.vocabulary_size:
        message = f"is {encoder.unknown}, but the integers go up to {encoder.vocabulary_size - 1}"
        yield Finding(("data", "encode", "unknown"), message, "Take a smaller one, or null: words are left out.")


def check_augmenters(subject: Subject) -> Iterator[Finding]:
    """Find steps that need images where there are none, and mixed labels where labels are integers."""
    for index, step in enumerate(subject.data.augment):
        path = ("data", "augment", str(index))
        if isinstance(step, OF_IMAGES) and subject.sample is not None and not is_image(subject.sample):
            message = f"{step.kind} takes images, but a sample of {subject.dataset.name} is {display(subject.sample)}"
            yield Finding((*path, "kind"), message, "Remove the step.")
        if isinstance(subject.data.encode, Padded) and not isinstance(step, OF_IMAGES):
            message = f"{step.kind} changes values, but padded samples are numbers of words"
            yield Finding((*path, "kind"), message, "Remove the step.")
        if isinstance(step, MixUp | CutMix) and isinstance(subject.training.loss, SparseCategoricalCrossentropy):
            message = f"{step.kind} mixes labels, which sparse_categorical_crossentropy takes as integers"
            yield Finding((*path, "kind"), message, "Use categorical_crossentropy: the same loss for mixed labels.")


def check_label_noise(subject: Subject) -> Iterator[Finding]:
    """Find label noise on a dataset without classes."""
    if subject.data.labels.noise and subject.dataset.classes is None:
        message = f"{subject.dataset.name} has no classes to confuse: it is a regression"
        yield Finding(("data", "labels", "noise"), message, "Set it to 0.")
