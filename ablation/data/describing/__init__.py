"""What a person wants to know of data before a model sees it: ranges, balance, targets, lengths."""

from ablation.data.describing.decoded import DecodedSplit, class_names, decoded_splits
from ablation.data.describing.labels import ClassCounts, Quantiles, class_counts, quantiles, target_quantiles
from ablation.data.describing.pictures import is_image, thumbnails
from ablation.data.describing.sequences import SequenceFacts, describe_sequences, lengths_of
from ablation.data.describing.values import Histogram, ValueRange, histogram, in_batches, value_ranges

__all__ = [
    "ClassCounts",
    "DecodedSplit",
    "Histogram",
    "Quantiles",
    "SequenceFacts",
    "ValueRange",
    "class_counts",
    "class_names",
    "decoded_splits",
    "describe_sequences",
    "histogram",
    "in_batches",
    "is_image",
    "lengths_of",
    "quantiles",
    "target_quantiles",
    "thumbnails",
    "value_ranges",
]
