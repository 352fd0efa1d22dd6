"""Publishes a run: files first, manifest last, so that a reader sees the whole run or none of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type

from ablation.records import BlobRef, PublishedFile, RunManifest
from ablation.store import layout
from ablation.store.conditions.conditional import create, update
from ablation.store.errors import KeyTaken, UploadIncomplete
from ablation.store.objects.content_types import content_type_of
from ablation.store.objects.files import read_small
from ablation.store.objects.store import Store
from ablation.store.publishing.blobs import BETWEEN_SENDS, SENDS, reference, verify_size
from ablation.store.transport.parallel import in_parallel

RunFile = bytes | Path | BlobRef


def publish_run(
    store: Store, manifest: RunManifest, files: Mapping[str, RunFile], drawn: Iterable[tuple[str, bytes]] = ()
) -> RunManifest:
    """Publish a run's files, commit it, and move its study's `latest` pointer to it.

    Args:
        store: Where to.
        manifest: What the run is; its `files` are empty.
        files: By path relative to the run's folder: bytes, a file, or a blob that is in the store already.
        drawn: More of them, made one after the other while the others are sent.

    Returns:
        The manifest as committed, with its files.

    Raises:
        KeyInvalid: A path leaves the run's folder.
        KeyMissing: A blob is not in the store.
        UploadIncomplete: The store has not as many bytes of a file as were sent.
        KeyTaken: Another run was committed under this run id.
    """
    if manifest.files:
        raise ValueError("publish_run fills in the manifest's files itself: pass a manifest without files.")
    for path in files:
        layout.run_file_key(manifest.study, manifest.run_id, path)
    sent: dict[str, RunFile] = {}
    published = in_parallel(
        lambda item: _publish_file(store, manifest, *item), _noted(chain(sorted(files.items()), drawn), sent)
    )
    by_path = {file.path: file for file in published}
    committed = manifest.model_copy(update={"files": tuple(by_path[path] for path in sorted(by_path))})
    _verify(store, committed, sent)
    _commit(store, committed)
    advance_latest(store, manifest.study, manifest.run_id)
    return committed


def advance_latest(store: Store, study: str, run_id: str) -> None:
    """Let a study's `latest` pointer name this run, unless it names a newer one.

    Readers that must be right ask `resolve_run`, which reads the manifests.

    Raises:
        KeyTaken: Others kept changing it.
    """
    pointer = json.dumps({"run_id": run_id, "manifest": layout.run_manifest_key(study, run_id)}).encode()
    update(store, layout.latest_key(study), lambda current: pointer if _pointed(current) < run_id else None)


def _publish_file(store: Store, manifest: RunManifest, path: str, file: RunFile) -> PublishedFile:
    key = layout.run_file_key(manifest.study, manifest.run_id, path)
    if isinstance(file, BlobRef):
        ref = file
        store.copy(layout.blob_key(ref.sha256), key, ref.content_type)
    else:
        content = read_small(file)
        ref = reference(content, content_type_of(path))
        store.put(key, content, ref.content_type)
    return PublishedFile(path=path, sha256=ref.sha256, bytes=ref.bytes, content_type=ref.content_type)


def _noted(files: Iterable[tuple[str, RunFile]], sent: dict[str, RunFile]) -> Iterator[tuple[str, RunFile]]:
    for path, file in files:
        sent[path] = file
        yield path, file


def _verify(store: Store, manifest: RunManifest, sent: Mapping[str, RunFile]) -> None:
    """See that the run's folder has every file with its size: a listing tells of 1,000 at once.

    What it does not show is asked for by name, as some endpoints list late, and sent again where it is not there.

    Raises:
        UploadIncomplete: The store has not as many bytes of a file as were sent, each time.
    """
    folder = layout.run_prefix(manifest.study, manifest.run_id)
    sizes = {item.key: item.bytes for item in store.keys(folder)}
    for file in manifest.files:
        key = layout.run_file_key(manifest.study, manifest.run_id, file.path)
        if sizes.get(key) != file.bytes:
            _verify_file(store, manifest, key, file, sent[file.path])


def _verify_file(store: Store, manifest: RunManifest, key: str, file: PublishedFile, content: RunFile) -> None:
    attempts = Retrying(retry=retry_if_exception_type(UploadIncomplete), stop=SENDS, wait=BETWEEN_SENDS, reraise=True)
    for attempt in attempts:
        with attempt:
            if attempt.retry_state.attempt_number > 1:
                _publish_file(store, manifest, file.path, content)
            verify_size(store, key, file.bytes)


def _commit(store: Store, manifest: RunManifest) -> None:
    key = layout.run_manifest_key(manifest.study, manifest.run_id)
    if not create(store, key, manifest.model_dump_json(indent=1).encode()):
        raise KeyTaken(f"{store.uri_of(key)}: another run was committed under this id. Start a new run.")


def _pointed(pointer: bytes | None) -> str:
    """Return the run id that a pointer names; a damaged one, and none, name no run."""
    try:
        run_id = json.loads(pointer or b"")["run_id"]
    except (ValueError, KeyError, TypeError):
        return ""
    return run_id if isinstance(run_id, str) else ""
