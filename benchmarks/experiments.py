"""The source experiments that are measured both ways, and what each must reach."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SPECS = Path(__file__).parent / "specs"


@dataclass(frozen=True)
class Comparison:
    """A smaller form of an experiment, in which several seeds of both ways are compared.

    Args:
        variants: Which, the study's baseline among them.
        epochs: Of each trial.
        overrides: Of the spec, e.g. fewer samples.
        metric: Of `ablate run`: what the plain script scores.
    """

    variants: tuple[str, ...]
    epochs: int
    overrides: tuple[str, ...]
    metric: str = "test_accuracy"


@dataclass(frozen=True)
class Experiment:
    """A study, and the plain script that trains the same variants.

    Args:
        name: Of the benchmark.
        title: Of its section of the page.
        spec: File below specs/.
        plain: Module below benchmarks.plain.
        least_speedup: Times faster than the plain way.
        least_memory_ratio: Times less peak memory; None: not asked for.
        overrides: Of the spec.
        arrays: More overrides, of the data that the plain script is given.
        timed: Variants the plain way trains in a repeat, others each time; 0: all. The others count as long as these.
        comparison: How the scores of both ways are compared.
    """

    name: str
    title: str
    spec: str
    plain: str
    least_speedup: float
    comparison: Comparison
    least_memory_ratio: float | None = None
    overrides: tuple[str, ...] = ()
    arrays: tuple[str, ...] = ()
    timed: int = 0

    @property
    def path(self) -> Path:
        """The spec's file."""
        return SPECS / self.spec


_CIFAR10_SMALL = Comparison(("final",), epochs=2, overrides=("data.subset={train: 4000, test: 2000}",))

EXPERIMENTS = (
    Experiment(
        name="mnist",
        title="MNIST, one hyperparameter at a time: 16 trials",
        spec="mnist.yaml",
        plain="mnist",
        least_speedup=3.0,
        arrays=("data.subset={train: 6000, test: 6000}",),
        comparison=Comparison(("base", "adam"), epochs=3, overrides=()),
    ),
    Experiment(
        name="imdb",
        title="IMDB, seven variants of 20 epochs",
        spec="imdb.yaml",
        plain="imdb",
        least_speedup=5.0,
        least_memory_ratio=9.0,
        comparison=Comparison(("original", "l2"), epochs=4, overrides=("data.subset={train: 5000, test: 5000}",)),
    ),
    Experiment(
        name="cifar10",
        title="CIFAR-10, the final net, two variants of two epochs",
        spec="cifar10.yaml",
        plain="cifar10",
        least_speedup=1.3,
        comparison=_CIFAR10_SMALL,
    ),
    Experiment(
        name="cifar10_bfloat16",
        title="CIFAR-10 in mixed bfloat16, beside plain Keras in float32",
        spec="cifar10.yaml",
        plain="cifar10",
        least_speedup=2.0,
        overrides=("training.precision=mixed_bfloat16",),
        comparison=_CIFAR10_SMALL,
    ),
    Experiment(
        name="flowers",
        title="Flowers, six heads of a frozen MobileNetV2, five epochs",
        spec="flowers.yaml",
        plain="flowers",
        least_speedup=12.0,
        timed=1,
        comparison=Comparison(
            ("linear",), epochs=3, overrides=("data.subset={train: 600, test: 400}", "data.validation={use: test}")
        ),
    ),
)
