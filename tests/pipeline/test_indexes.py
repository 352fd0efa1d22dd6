"""The pages over many runs, written anew at every commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ablation.pipeline import rebuild_indexes
from tests.conftest import embedded_store
from tests.inspection.published import publish
from tests.store.upkeep.answers import on

VALUES = {"original": {0: 1.0, 1: 1.1}, "l2": {0: 0.8, 1: 0.9}}
CRASHED = b'{"study": "imdb", "run_id": "20260104-dd", "found_at": "2026-01-04T00:05:00Z"}'


def test_pages_are_made_of_manifests_alone_and_show_crashed_runs(tmp_path: Path) -> None:
    read: list[str] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        read.append(params["Key"])

    with embedded_store(tmp_path) as store:
        for run_id in ("20260101-aa", "20260102-bb", "20260103-cc"):
            publish(store, run_id, VALUES, made_by=run_id)
        store.put("crashed/imdb/20260104-dd.json", CRASHED)
        with on(store, "before-parameter-build.s3.GetObject", note):
            rebuild_indexes(store, "imdb")
        study = store.get("studies/imdb/index.html").decode()
        front = store.get("index.html").decode()
    assert sorted(read) == [
        "crashed/imdb/20260104-dd.json",
        "studies/imdb/20260101-aa/manifest.json",
        "studies/imdb/20260102-bb/manifest.json",
        "studies/imdb/20260103-cc/manifest.json",
    ]
    assert "3 runs of the same trials" in study and "20260104-dd" in study
    assert "3 runs · newest" in front and "crashed" in front
