"""The shipped studies: the pre-flight stops none, and warns of what their write-ups warn of only."""

from __future__ import annotations

import numpy as np
import pytest

from ablation.catalogue import catalogue
from ablation.data import Prepared, Split
from ablation.training.preflight import Finding
from tests.spec.shipped import VARIANTS
from tests.test_seed_specs import EVERY_VARIANT, SHAPES, trial_of
from tests.training.preflight.looked_at import look_at

SAMPLES = 40
# These learn too slowly, or not at all, from random labels; their write-up advises against them, too.
WARNED = {
    ("seeds/mnist_activation.yaml", "none"),
    ("seeds/mnist_layers.yaml", "b_256_128_128_128"),
    ("seeds/flowers_transfer.yaml", "frozen"),  # of random weights here: what they give hardly tells samples apart
}


def drawn(dataset: str) -> Prepared:
    """Draw samples of a dataset's shape after its data section, and labels that have nothing to do with them."""
    random, known = np.random.default_rng(0), catalogue()[dataset]
    x = random.uniform(size=(SAMPLES, *SHAPES[dataset])).astype(np.float32)
    if dataset == "imdb":
        x = (x < 0.02).astype(np.float32)
    y = random.integers(known.classes, size=SAMPLES).astype(np.int32) if known.classes else None
    targets = random.normal(150, 80, size=(SAMPLES, known.targets)).astype(np.float32)
    split = Split(x, targets if y is None else y)
    return Prepared(split, split, split, normalizer=())


def findings_of(name: str, variant: str) -> tuple[Finding, ...]:
    trial = trial_of(name, variant)
    dataset = trial.spec.data.dataset
    assert isinstance(dataset, str)
    return look_at(trial, drawn(dataset), catalogue()[dataset].classes).findings


@pytest.mark.parametrize("variant", ["baseline", "l2_dropout"])
def test_quickstart_has_no_findings(variant: str) -> None:
    assert findings_of("quickstart.yaml", variant) == ()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "variant"), EVERY_VARIANT)
def test_shipped_variant_has_no_findings_but_those_that_are_expected(name: str, variant: str) -> None:
    findings = [each for each in findings_of(name, variant) if each.severity != "note"]
    assert {each.severity for each in findings} <= {"warning"}
    assert (name, variant) in WARNED or findings == []


def test_expected_findings_are_of_variants_there_are() -> None:
    assert all(variant in VARIANTS[name] for name, variant in WARNED)
