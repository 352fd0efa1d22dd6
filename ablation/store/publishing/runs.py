"""Reads published runs. A run without a manifest was not committed, and is not there."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable

from pydantic import ValidationError

from ablation.records import RunManifest
from ablation.store import layout
from ablation.store.errors import BlobCorrupt, KeyMissing, ManifestCorrupt, RunUnknown
from ablation.store.objects.store import Store
from ablation.store.publishing.blobs import get_verified
from ablation.store.transport.parallel import in_parallel

LATEST = "latest"

_log = logging.getLogger(__name__)
_SHOWN = 5
RunName = tuple[str, str]


def read_run(store: Store, study: str, run_id: str) -> RunManifest:
    """Return the manifest of a committed run.

    Raises:
        KeyMissing: There is no such run, or it was not committed.
        ManifestCorrupt: Its manifest cannot be read.
    """
    key = layout.run_manifest_key(study, run_id)
    try:
        manifest = RunManifest.model_validate_json(store.get(key))
    except ValidationError as error:
        raise ManifestCorrupt(
            f"{store.uri_of(key)}: not the manifest of a run ({error.error_count()} errors)."
        ) from error
    if (manifest.study, manifest.run_id) != (study, run_id):
        raise ManifestCorrupt(f"{store.uri_of(key)}: it is the manifest of {manifest.study}/{manifest.run_id}.")
    return manifest


def list_runs(store: Store, study: str | None = None) -> list[RunManifest]:
    """Return the manifests of all committed runs, or of one study's, oldest first; damaged ones are only logged."""
    return _committed(store, run_names(store, study))


def resolve_run(store: Store, name: str, study: str | None = None) -> RunManifest:
    """Return the committed run that a user means.

    Args:
        store: Where the runs are.
        name: A run id, a prefix that fits one run only, or `latest`.
        study: Look only among this study's runs.

    Raises:
        RunUnknown: The name fits no committed run, or several.
    """
    names = run_names(store, study)
    if name == LATEST:
        return _latest(store, names)
    fitting = [each for each in names if each[0] == name] or [each for each in names if each[0].startswith(name)]
    runs = _committed(store, fitting)
    if len(runs) == 1:
        return runs[0]
    if runs:
        raise RunUnknown(f"run {name!r} fits {len(runs)} runs: {_shown(runs)}. Give more of the id.")
    raise RunUnknown(f"there is no run {name!r} in {store.uri}. {_advice(name, _committed(store, names))}")


def get_run_file(store: Store, manifest: RunManifest, path: str) -> bytes:
    """Return the bytes of one file of a run.

    Raises:
        KeyMissing: The run has no such file, or the store lost it.
        BlobCorrupt: The bytes are not those that were published.
    """
    file = next((file for file in manifest.files if file.path == path), None)
    if file is None:
        near = difflib.get_close_matches(path, [file.path for file in manifest.files], 3, 0.3)
        raise KeyMissing(f"run {manifest.run_id} has no file {path!r}. Near: {', '.join(near) or 'none'}.")
    return get_verified(store, layout.run_file_key(manifest.study, manifest.run_id, path), file.sha256)


def get_run_files(store: Store, manifest: RunManifest, paths: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of some files of a run by their paths, read at once; those it has not or lost are left out."""
    published = {file.path for file in manifest.files}
    known = [path for path in paths if path in published]
    contents = in_parallel(lambda path: _read_or_none(store, manifest, path), known)
    return {path: content for path, content in zip(known, contents, strict=True) if content is not None}


def _read_or_none(store: Store, manifest: RunManifest, path: str) -> bytes | None:
    try:
        return get_run_file(store, manifest, path)
    except (KeyMissing, BlobCorrupt) as error:
        _log.warning("%s", error)
        return None


def run_names(store: Store, study: str | None) -> list[RunName]:
    """Return (run id, study) of all runs, committed or not, oldest first."""
    studies = (
        [study] if study is not None else [name for name in store.folders(layout.STUDIES) if layout.is_study(name)]
    )
    folders = in_parallel(lambda each: [(run_id, each) for run_id in store.folders(layout.study_prefix(each))], studies)
    return sorted(name for names in folders for name in names if layout.is_run_id(name[0]))


def _committed(store: Store, names: list[RunName]) -> list[RunManifest]:
    manifests = in_parallel(lambda name: read_or_skip(store, name), names)
    return [manifest for manifest in manifests if manifest is not None]


def _latest(store: Store, names: list[RunName]) -> RunManifest:
    # The manifests, not the pointer: on endpoints without compare-and-swap the pointer may lag.
    for name in reversed(names):
        manifest = read_or_skip(store, name)
        if manifest is not None:
            return manifest
    raise RunUnknown(f"there is no run in {store.uri} yet. Make one: ablate run SPEC.")


def read_or_skip(store: Store, name: RunName) -> RunManifest | None:
    """Return a run's manifest; None of a run that was not committed, or whose manifest is damaged."""
    run_id, study = name
    try:
        return read_run(store, study, run_id)
    except KeyMissing:
        return None
    except ManifestCorrupt as error:
        _log.warning("%s The run is left out.", error)
        return None


def _advice(name: str, runs: list[RunManifest]) -> str:
    newest = next((run.run_id for run in reversed(runs) if run.study == name), None)
    if newest is not None:
        return f"{name} is a study; its newest run is {newest}."
    near = difflib.get_close_matches(name, [run.run_id for run in runs], _SHOWN, 0.4)
    if near:
        return f"Near: {', '.join(near)}."
    return f"The newest: {_shown(runs[::-1])}." if runs else "There is none yet."


def _shown(runs: list[RunManifest]) -> str:
    names = [f"{run.study}/{run.run_id}" for run in runs[:_SHOWN]]
    return ", ".join(names) + (", …" if len(runs) > _SHOWN else "")
