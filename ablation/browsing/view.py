"""What a browser gets to see of a store: index pages as of now, and the files that manifests name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from ablation.records import UnpublishedRun
from ablation.report import render_store_index, render_study_index
from ablation.store import (
    KnownRuns,
    RunningWatch,
    Store,
    latest_key,
    list_crashed,
    run_file_key,
    run_manifest_key,
)

# Who looks at a page would rather know that the store is away than wait for it.
PATIENCE_S = 2.0

HasEnded = Callable[[str, str], bool]


@dataclass(frozen=True)
class ServedFile:
    """A file of a run: its key, and what its manifest says of it."""

    key: str
    sha256: str
    bytes: int
    content_type: str


class StoreView:
    """A store, read only. Threads may share one.

    Args:
        store: Which one.
        has_ended: Whether the process of a run, known by machine and owner, is known to have ended.
    """

    def __init__(self, store: Store, has_ended: HasEnded) -> None:
        self.store = replace(store, patience_s=PATIENCE_S)
        self._runs = KnownRuns(self.store)
        self._watch = RunningWatch(self.store, has_ended)
        self._watching = Lock()

    def store_index(self) -> bytes:
        """Return the page of all studies."""
        return render_store_index(self._runs.manifests(), self._unpublished())

    def study_index(self, study: str) -> bytes | None:
        """Return the page of a study; None where it has no run."""
        manifests, unpublished = self._runs.manifests(), self._unpublished()
        known: set[str] = {run.study for run in manifests} | {run.study for run in unpublished}
        return render_study_index(study, manifests, unpublished) if study in known else None

    def pointer(self, study: str, name: str) -> bytes:
        """Return a small object that is overwritten, e.g. latest.json.

        Raises:
            KeyMissing: There is none.
        """
        return self.store.get(latest_key(study).removesuffix("latest.json") + name)

    def manifest(self, study: str, run_id: str) -> bytes:
        """Return the manifest of a run.

        Raises:
            KeyMissing: There is no such run, or it was not committed.
        """
        return self.store.get(run_manifest_key(study, run_id))

    def file(self, study: str, run_id: str, path: str) -> ServedFile | None:
        """Return a file of a committed run; None where its manifest names none."""
        manifest = self._runs.find(study, run_id)
        if manifest is None:
            return None
        found = next((file for file in manifest.files if file.path == path), None)
        if found is None:
            return None
        return ServedFile(run_file_key(study, run_id, path), found.sha256, found.bytes, found.content_type)

    def _unpublished(self) -> list[UnpublishedRun]:
        """Return the runs that crashed, and those that are under way: those whose record changes."""
        crashed = [(run.study, run.run_id) for run in list_crashed(self.store)]
        running: list[tuple[str, str]] = []
        with self._watching:
            for run, is_killed in self._watch.look():
                (crashed if is_killed else running).append((run.study, run.run_id))
        return [
            *(UnpublishedRun(study=study, run_id=run_id, status="running") for study, run_id in running),
            *(UnpublishedRun(study=study, run_id=run_id, status="crashed") for study, run_id in crashed),
        ]
