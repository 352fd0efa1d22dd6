"""What the frozen beginning of a model gives for stored samples: written once, memory-mapped by every trial."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ablation.data.arrays import Array, Rows, new_array, read_arrays
from ablation.data.fetching.work_folder import LOCK, work_folder
from ablation.data.splits import Prepared, Split
from ablation.records import Record
from ablation.settings import Settings

Run = Callable[[Array], Sequence[Array]]

BATCH_VALUES = 1 << 22
"""Values of a batch: 37 images of 192x192 in three colours. Larger batches take memory, and no less time on a core."""


class FeaturesRef(Record):
    """A reference to stored features; they are found, or made again, from it on any machine."""

    core: str
    tail: str

    def folder(self, settings: Settings) -> Path:
        """Return where the features are, once they are there."""
        return settings.cache_dir / "features" / self.core / self.tail


def load_features(prepared: Prepared, ref: FeaturesRef, settings: Settings) -> Prepared:
    """Return prepared data with the features of its samples.

    Raises:
        FileNotFoundError: They were not extracted on this machine.
    """
    folder = ref.folder(settings)
    if not folder.is_dir():
        raise FileNotFoundError(f"no features in {folder}")
    arrays = read_arrays(folder)

    def features_of(name: str) -> Split:
        split = _splits(prepared)[name]
        return replace(split, x=arrays[f"x_{_array_name(name, prepared)}"], trailing=(), encoding=None)

    features = replace(
        prepared, train=features_of("train"), validation=features_of("validation"), test=features_of("test")
    )
    return replace(prepared, features=features)


@dataclass(frozen=True)
class Extraction:
    """Features of one core that are to be made, in a folder that no other process works in.

    Args:
        missing: Which features.
    """

    missing: tuple[FeaturesRef, ...]
    _folder: Path
    _settings: Settings

    def write(self, prepared: Prepared, run: Run, watch: Callable[[int, int], None], *, threads: int = 1) -> None:
        """Run all stored samples through layers and keep what comes out.

        Rows are those of the stored samples, whichever split they are in, so that the splits of all seeds share them.

        Args:
            prepared: Whose samples.
            run: From samples as a model takes them, float32 of shape (batch, ...), to the features, in the order of
                `missing`, each of shape (batch, ...).
            watch: Is told after every batch how many samples are done, and of how many.
            threads: Batches at the same time.
        """
        folders = [self._folder / ref.tail for ref in self.missing]
        for folder in folders:
            folder.mkdir()
        sources = dict(_sources(prepared))
        total, done = sum(map(len, sources.values())), 0
        for name, source in sources.items():
            paths = [folder / f"x_{name}.npy" for folder in folders]
            for written in _write_source(paths, source, _several_at_once(run, _batches(source), threads)):
                watch(done + written, total)
            done += len(source)
        for folder, ref in zip(folders, self.missing, strict=True):
            place = ref.folder(self._settings)
            place.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(place)


@contextmanager
def extraction(refs: Sequence[FeaturesRef], settings: Settings) -> Iterator[Extraction]:
    """Wait for whoever extracts features of the same core, then yield what is still to be done.

    Unfinished work of a process that was killed is removed.

    Args:
        refs: Features that are wanted, all of one core.
        settings: Where the cache is.
    """
    with work_folder(settings.cache_dir / "features" / f".extract-{refs[0].core}") as folder:
        _empty(folder)
        try:
            yield Extraction(tuple(ref for ref in refs if not ref.folder(settings).is_dir()), folder, settings)
        finally:
            _empty(folder)


def _several_at_once(
    run: Run, batches: Iterator[tuple[int, Array]], threads: int
) -> Iterator[tuple[int, Sequence[Array]]]:
    """Yield the first row and the features of each batch, in order; the first one is run alone, which compiles."""
    first = next(batches)
    yield first[0], run(first[1])
    with ThreadPoolExecutor(threads) as pool:
        running: deque[tuple[int, Future[Sequence[Array]]]] = deque()
        for start, batch in batches:
            running.append((start, pool.submit(run, batch)))
            if len(running) > threads:
                done, features = running.popleft()
                yield done, features.result()
        for done, features in running:
            yield done, features.result()


def _write_source(paths: list[Path], source: Split, features: Iterator[tuple[int, Sequence[Array]]]) -> Iterator[int]:
    """Write one array of features to each path; yield after every batch how many samples are done."""
    writers: list[Rows] = []
    with ExitStack() as stack:
        for start, outputs in features:
            shapes = [(len(source), *output.shape[1:]) for output in outputs]
            writers = writers or [
                stack.enter_context(new_array(path, shape, np.float32))
                for path, shape in zip(paths, shapes, strict=True)
            ]
            for writer, output in zip(writers, outputs, strict=True):
                writer.put(start, output)
            yield start + len(outputs[0])


def _splits(prepared: Prepared) -> dict[str, Split]:
    return {"train": prepared.train, "validation": prepared.validation, "test": prepared.test}


def _array_name(name: str, prepared: Prepared) -> str:
    """Return the array that has a split's features: that of its part, unless the split has samples of its own."""
    split = _splits(prepared)[name]
    if split is prepared.test:
        return "test"
    return name if split.rows is None else "train"


def _sources(prepared: Prepared) -> Iterator[tuple[str, Split]]:
    """Yield the stored samples that there are, by array: as a split of all rows from the first to the last needed."""
    splits = _splits(prepared)
    of_array: dict[str, list[Split]] = {}
    for name, split in splits.items():
        of_array.setdefault(_array_name(name, prepared), []).append(split)
    for name, sharing in of_array.items():
        count = max(len(split) if split.rows is None else int(split.rows.max()) + 1 for split in sharing)
        yield name, replace(sharing[0], y=np.zeros(count, np.int32), rows=None)


def _batches(source: Split) -> Iterator[tuple[int, Array]]:
    """Yield batches of one size, each with its first row; the last one begins earlier rather than being smaller.

    A network is compiled for a size; another one would cost seconds.
    """
    count = len(source)
    size = min(count, max(1, BATCH_VALUES // max(1, int(np.prod(source.input_shape)))))
    for start in range(0, count, size):
        first = min(start, count - size)
        yield first, source.read(slice(first, first + size))


def _empty(folder: Path) -> None:
    for each in folder.iterdir():
        if each.name != LOCK:
            shutil.rmtree(each)
