"""What an exported model takes: samples as the dataset has them, as far as a model can take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ablation.catalogue import Dataset
from ablation.data import Array, Encoding, FittedStep, Prepared, apply_steps, encode, materialize
from ablation.data.describing import class_names, decoded_splits
from ablation.settings import Settings
from ablation.spec import Trial
from ablation.spec.encoders import MultiHot, Padded
from ablation.spec.normalizers import Resize

COMPARED = 32
# Types that every format takes; other numbers are given as float32, which is the first thing done to them anyway.
_KEPT = ("uint8", "int32", "int64")


@dataclass(frozen=True)
class RawSamples:
    """The first samples of the test part in the form that an exported model takes.

    Args:
        values: Shape (n, ...).
        outside: What was done to them, in words.
        inside: Steps that are left to the model.
        weights: Of words by their rarity, which the model multiplies by first; None: there are none.
        classes: Names of the classes; None for a regression.
    """

    values: Array
    outside: tuple[str, ...]
    inside: tuple[FittedStep, ...]
    weights: Array | None
    classes: tuple[str, ...] | None


def raw_samples(trial: Trial, dataset: Dataset, prepared: Prepared, settings: Settings) -> RawSamples:
    """Return the samples that an export is compared on, raw.

    Raises:
        DataError: The dataset is not on this machine any more, and cannot be had.
    """
    directory = materialize(dataset, settings)
    test = decoded_splits(directory, trial.spec.data, dataset, trial.seed)["test"]
    decoded = test.take(np.arange(min(COMPARED, len(test))))
    steps, weights = prepared.normalizer, None
    outside: tuple[str, ...] = ()
    if prepared.encoding is not None:
        outside = _encoding_in_words(prepared.encoding.encoder)
        decoded, weights = encode(Encoding(prepared.encoding.encoder), list(decoded)), prepared.encoding.weights
    elif isinstance(decoded, list):  # images of different sizes: a model takes those of one
        size = steps[0].step
        assert isinstance(size, Resize)  # data of other steps cannot be prepared
        how = "bilinear with half-pixel centres and without smoothing"
        outside = (f"resize to {size.height} x {size.width} pixels, {how}",)
        decoded, steps = apply_steps(steps[:1], decoded), steps[1:]
    values = decoded if decoded.dtype.name in _KEPT else decoded.astype(np.float32)
    classes = None if dataset.classes is None else class_names(directory, dataset.classes)
    return RawSamples(values, outside, steps, weights, classes)


def _encoding_in_words(encoder: MultiHot | Padded) -> tuple[str, ...]:
    unknown = "are left out" if encoder.unknown is None else f"become {encoder.unknown}"
    words = f"integers below {encoder.skip_top} and from {encoder.vocabulary_size} on {unknown}"
    if isinstance(encoder, Padded):
        kept = "last" if encoder.truncating == "pre" else "first"
        side = "before" if encoder.padding == "pre" else "after"
        return words, f"the {kept} {encoder.length} are kept", f"zeros {side} them fill up to {encoder.length}"
    says = "1 where the word occurs, else 0" if encoder.mode == "binary" else "how often the word occurs"
    return words, f"a row of {encoder.vocabulary_size} numbers, one for each integer: {says}"
