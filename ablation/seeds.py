"""Random seeds derived from (study seed, purpose), so that variants of one seed share split, order and start."""

from __future__ import annotations

import hashlib


def derive(seed: int, *purpose: str | int) -> int:
    """Return a seed in [0, 2**31) for one purpose of a trial, e.g. `derive(0, "order", epoch)`.

    Equal arguments give equal seeds on every machine; different purposes give unrelated ones.
    """
    text = ":".join(map(str, (seed, *purpose)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
