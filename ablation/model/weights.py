"""Files of weights on this machine: found like a dataset's files, and verified before they are read."""

from __future__ import annotations

from pathlib import Path

from ablation.data import fetch_file
from ablation.settings import Settings
from ablation.spec.layers import WeightsFile


def fetch_weights(file: WeightsFile, settings: Settings) -> Path:
    """Return the path of a verified copy of a file of weights in the cache, fetching it if need be.

    Raises:
        DataUnavailable: It cannot be had, or what was got has another digest.
    """
    return fetch_file(file.published, settings)
