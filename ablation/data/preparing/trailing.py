"""The element-wise steps at the end of `data.normalize`: fitted when data is prepared, applied when a batch is read.

The stored arrays do not depend on them, so 8-bit images stay 8-bit on disk and in memory, and trials that differ in
these steps alone share one copy (docs/decisions/014).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ablation.data.arrays import write_once
from ablation.data.normalizing import FittedStep, Normalized, fit, load_normalizer, save_normalizer
from ablation.data.preparing.batches import StoredBatches
from ablation.data.preparing.steps import Steps
from ablation.data.splits import Split
from ablation.spec import digest
from ablation.spec.normalizers import Log1p


def prepare_trailing(directory: Path, steps: Steps, stored: Mapping[str, Split]) -> None:
    """Fit trailing steps on the stored training samples and keep what was fitted, unless that was done before.

    Args:
        directory: Of the prepared arrays.
        steps: The trailing steps.
        stored: The splits by name, `train` among them.

    Raises:
        DataError: A step does not fit the samples of some split.
    """
    place = _directory(directory, steps)
    if not steps or place.is_dir():
        return
    fitted = fit(steps, StoredBatches(stored["train"]))
    _refuse_what_does_not_fit(fitted, stored)
    write_once(place, lambda temporary: save_normalizer(temporary, fitted))


def load_trailing(directory: Path, steps: Steps) -> tuple[FittedStep, ...]:
    """Read what `prepare_trailing` kept.

    Raises:
        FileNotFoundError: These steps were not prepared on this machine.
    """
    return load_normalizer(_directory(directory, steps)) if steps else ()


def _directory(directory: Path, steps: Steps) -> Path:
    return directory / f"trailing-{digest([step.model_dump(mode='json') for step in steps])[:16]}"


def _refuse_what_does_not_fit(fitted: tuple[FittedStep, ...], stored: Mapping[str, Split]) -> None:
    if not any(isinstance(one.step, Log1p) for one in fitted):
        return  # the others take any value
    for split in stored.values():
        for _ in Normalized(StoredBatches(split), fitted):
            pass
