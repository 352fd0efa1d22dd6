"""The runs of a store for somebody who asks again and again: a manifest never changes, so each is read once."""

from __future__ import annotations

from ablation.records import RunManifest
from ablation.store.objects.store import Store
from ablation.store.publishing.runs import RunName, read_or_skip, run_names
from ablation.store.transport.parallel import in_parallel


class KnownRuns:
    """Committed runs, each manifest kept once it was read. Threads may share one.

    Args:
        store: Where the runs are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._manifests: dict[RunName, RunManifest] = {}

    def manifests(self) -> list[RunManifest]:
        """Return the manifests of all runs that are committed now, the oldest first; damaged ones are left out."""
        names = run_names(self._store, None)
        found = in_parallel(lambda name: self._find(name), names)
        return [manifest for manifest in found if manifest is not None]

    def find(self, study: str, run_id: str) -> RunManifest | None:
        """Return the manifest of a run; None where there is none that can be read."""
        return self._find((run_id, study))

    def _find(self, name: RunName) -> RunManifest | None:
        if name not in self._manifests:
            manifest = read_or_skip(self._store, name)
            if manifest is None:
                return None
            self._manifests[name] = manifest
        return self._manifests[name]
