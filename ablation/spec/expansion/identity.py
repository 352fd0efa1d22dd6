"""What makes two trials the same: a digest over everything that can change a result, and nothing else.

Left out, visibly: `ablation.spec.study.LEFT_OUT_OF_IDENTITY`, and the name of the variant.
"""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from ablation.records import Record
from ablation.spec.trials import Trial


class Surroundings(Record):
    """What a result depends on besides the spec."""

    dataset_sha256: str
    code_sha256: str
    versions: dict[str, str]


def canonical_json(value: Any) -> bytes:
    """Write a JSON value in the one way that equal values share."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def fingerprint(trial: Trial, surroundings: Surroundings) -> str:
    """Return the trial's identity: equal fingerprint, equal result."""
    return digest(
        {
            "spec": trial.spec.model_dump(mode="json"),
            "seed": trial.seed,
            "surroundings": surroundings.model_dump(mode="json"),
        }
    )
