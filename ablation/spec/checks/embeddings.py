"""Embeddings of the samples, against the integers that the samples hold."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject, before
from ablation.spec.encoders import MultiHot, Padded
from ablation.spec.layers import Embedding


def check_embeddings(subject: Subject) -> Iterator[Finding]:
    """Find an embedding with fewer rows than there are words, or of samples that are no integers."""
    for layer in subject.model.layers:
        if isinstance(layer, Embedding) and before(subject.model, layer) is None:
            yield from _check_rows(subject, layer)


def _check_rows(subject: Subject, layer: Embedding) -> Iterator[Finding]:
    path, encoder = ("model", "layers", layer.name), subject.data.encode
    if isinstance(encoder, MultiHot):
        message = "looks up integers, but multi_hot makes a row of numbers of each sample"
        yield Finding(path, message, "Use encode: {kind: padded, …}, or a dense layer instead.")
    if isinstance(encoder, Padded) and layer.input_dim < encoder.vocabulary_size:
        message = f"is {layer.input_dim}, but the integers go up to {encoder.vocabulary_size - 1}"
        yield Finding((*path, "input_dim"), message, f"Set input_dim: {encoder.vocabulary_size}.")
    if isinstance(encoder, Padded) and subject.data.normalize:
        message = f"{layer.name} looks up integers, which normalising makes numbers of"
        yield Finding(("data", "normalize"), message, "Remove the steps.")
