"""What makes two trials the same: a digest over everything that can change a result, and nothing else.

Left out, visibly: `ablation.spec.study.LEFT_OUT_OF_IDENTITY`, the name of the variant, and what `LEFT_OUT_OF_SPEC` and
`LEFT_OUT_OF_WEIGHTS` list.
"""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from ablation.records import Record
from ablation.spec.trials import Trial

LEFT_OUT_OF_SPEC = (("data", "dataset"),)
"""Paths: which data it is says the digest of its content, not its name or its address."""

LEFT_OUT_OF_WEIGHTS = ("file", "url")
"""Of a file of weights wherever a layer has one: its digest says which it is."""


class Surroundings(Record):
    """What a result depends on besides the spec."""

    dataset_sha256: str
    code_sha256: str
    versions: dict[str, str]

    def __hash__(self) -> int:
        """Return a hash of all that is in it: `versions`, a mapping, has none of its own."""
        return hash((self.dataset_sha256, self.code_sha256, frozenset(self.versions.items())))


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
            "spec": _without_addresses(trial.spec.model_dump(mode="json", exclude=_excluded())),
            "seed": trial.seed,
            "surroundings": surroundings.model_dump(mode="json"),
        }
    )


def _excluded() -> dict[str, set[str]]:
    return {section: {key for first, key in LEFT_OUT_OF_SPEC if first == section} for section, _ in LEFT_OUT_OF_SPEC}


def _without_addresses(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_addresses(item) for item in value]
    if not isinstance(value, dict):
        return value
    cleaned = {key: _without_addresses(item) for key, item in value.items()}
    if isinstance(weights := cleaned.get("weights"), dict):
        cleaned["weights"] = {key: item for key, item in weights.items() if key not in LEFT_OUT_OF_WEIGHTS}
    return cleaned
