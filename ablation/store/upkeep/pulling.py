"""Copies a published run to a folder. Each file appears when its digest is right, the manifest last."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path, PurePosixPath

from pydantic import Field, ValidationError

from ablation.records import PublishedFile, Record, RunManifest
from ablation.store import layout
from ablation.store.errors import BlobCorrupt, KeyInvalid, KeyMissing
from ablation.store.objects.files import whole_file
from ablation.store.objects.store import Store
from ablation.store.publishing.blobs import download_verified
from ablation.store.transport.parallel import in_parallel
from ablation.store.upkeep.errors import FolderTaken, FolderUnwritable, PathsRefused, PullIncomplete
from ablation.store.upkeep.occupying import occupied, remove_parts

_SHOWN = 10


class Pulled(Record):
    """What was copied."""

    study: str
    run_id: str
    folder: str
    fetched: int = Field(ge=0, description="Files.")
    fetched_bytes: int = Field(ge=0)
    present: int = Field(ge=0, description="Files that were there already, with the right digest.")


def pull_run(store: Store, manifest: RunManifest, folder: Path) -> Pulled:
    """Copy a run's files to a folder; those that are there already with the right digest are not fetched again.

    Args:
        store: Where from.
        manifest: Of the run.
        folder: Where to; it is made when it is not there.

    Raises:
        PathsRefused: The manifest names files that would be written outside the folder; nothing was fetched.
        FolderTaken: The folder has another run, or other files under the names of the run's; nothing was fetched.
        FolderUnwritable: A file cannot be written.
        PullIncomplete: The store lost or changed some files; all others are there.
    """
    root = folder.resolve()
    _require_inside(manifest, root)
    with occupied(root):
        is_same_run = _require_no_other_run(manifest, root)
        remove_parts([root / path for path in (*(file.path for file in manifest.files), layout.MANIFEST)])
        return _pull(store, manifest, root, is_same_run)


def _pull(store: Store, manifest: RunManifest, root: Path, is_same_run: bool) -> Pulled:
    present = in_parallel(lambda file: _is_present(root / file.path, file), manifest.files)
    wanted = [file for file, is_present in zip(manifest.files, present, strict=True) if not is_present]
    if not is_same_run:
        _require_free(root, wanted)
    lost = [each for each in in_parallel(lambda file: _fetch(store, manifest, file, root), wanted) if each]
    if lost:
        raise PullIncomplete(f"{len(lost)} of {len(manifest.files)} files were not copied:\n{_lines(lost)}")
    _write_manifest(store, manifest, root)
    return Pulled(
        study=manifest.study,
        run_id=manifest.run_id,
        folder=str(root),
        fetched=len(wanted),
        fetched_bytes=sum(file.bytes for file in wanted),
        present=sum(present),
    )


def _require_inside(manifest: RunManifest, root: Path) -> None:
    counts = Counter(file.path for file in manifest.files)
    wrong = [f"{path!r} {why}" for path in counts if (why := _refusal(path, manifest, root))]
    wrong += [f"{path!r} is there {count} times" for path, count in counts.items() if count > 1]
    wrong += [
        f"{path!r} would have to be a file and a folder"
        for path in sorted({str(parent) for path in counts for parent in PurePosixPath(path).parents} & counts.keys())
    ]
    if wrong:
        raise PathsRefused(
            f"run {manifest.run_id} is not copied to {root}, because of these paths of its manifest:\n{_lines(wrong)}"
        )


def _refusal(path: str, manifest: RunManifest, root: Path) -> str | None:
    """Return why a path is not written to, or None when it lies in the folder."""
    if path.startswith("/"):
        return "is absolute"
    if ".." in path.split("/"):
        return "leaves the folder by `..`"
    try:
        layout.run_file_key(manifest.study, manifest.run_id, path)
    except KeyInvalid:
        return "cannot be a file of a run"
    try:
        is_inside = (root / path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself
        is_inside = False
    return None if is_inside else "leaves the folder by a symbolic link there"


def _require_no_other_run(manifest: RunManifest, root: Path) -> bool:
    """Return whether the folder has this run already.

    Raises:
        FolderTaken: It has another one.
    """
    path = root / layout.MANIFEST
    if not path.exists():
        return False
    try:
        found = RunManifest.model_validate_json(path.read_bytes())
    except (ValidationError, OSError):
        raise FolderTaken(f"{path} is the manifest of no run. Give another folder.") from None
    if (found.study, found.run_id) != (manifest.study, manifest.run_id):
        raise FolderTaken(f"{root} holds {found.study}/{found.run_id}. Give another folder.")
    return True


def _require_free(root: Path, wanted: list[PublishedFile]) -> None:
    """Refuse to write over files that no earlier copy of this run has left."""
    taken = [file.path for file in wanted if (root / file.path).exists()]
    if taken:
        raise FolderTaken(
            f"{root} has other files under these names of the run's:\n{_lines(taken)}\n"
            "  Give another folder, or move them away."
        )


def _is_present(path: Path, file: PublishedFile) -> bool:
    try:
        if path.stat().st_size != file.bytes:
            return False
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


def _fetch(store: Store, manifest: RunManifest, file: PublishedFile, root: Path) -> str | None:
    """Copy one file, and return what is wrong with it in the store, if anything is."""
    path = root / file.path
    try:
        download_verified(store, layout.run_file_key(manifest.study, manifest.run_id, file.path), file.sha256, path)
    except KeyMissing:
        return f"{file.path}: the store has lost it"
    except BlobCorrupt:
        return f"{file.path}: its bytes were changed after they were published"
    except OSError as error:
        raise _unwritable(path, error) from error
    return None


def _write_manifest(store: Store, manifest: RunManifest, root: Path) -> None:
    path = root / layout.MANIFEST
    try:
        with whole_file(path) as file:
            store.stream(layout.run_manifest_key(manifest.study, manifest.run_id), file)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> FolderUnwritable:
    return FolderUnwritable(
        f"cannot write {path}: {error.strerror}. Give a folder with room that can be written to; what was copied "
        "is not copied again."
    )


def _lines(texts: list[str]) -> str:
    more = [f"  and {len(texts) - _SHOWN} more"] if len(texts) > _SHOWN else []
    return "\n".join([*(f"  {text}" for text in texts[:_SHOWN]), *more])
