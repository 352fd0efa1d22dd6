from __future__ import annotations

import hashlib

from ablation.seeds import derive


def test_seed_of_a_purpose_stays_what_it_is() -> None:
    expected = int.from_bytes(hashlib.sha256(b"0:order:3").digest()[:4], "big") // 2
    assert derive(0, "order", 3) == expected == 362069772


def test_seeds_of_different_purposes_differ() -> None:
    purposes: list[tuple[str | int, ...]] = [("split",), ("order", 0), ("order", 1), ("start", "a", "kernel"), ()]
    assert len({derive(seed, *purpose) for seed in (0, 1) for purpose in purposes}) == 10


def test_seeds_are_those_that_every_generator_takes() -> None:
    drawn = [derive(seed, "order") for seed in range(2000)]
    assert min(drawn) >= 0
    assert 2**30 < max(drawn) < 2**31
