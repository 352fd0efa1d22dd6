"""Uploads in parts that were never completed: they cost as much as objects, and no listing of objects shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ablation.store import layout
from ablation.store.errors import StoreError
from ablation.store.objects.store import Store
from ablation.store.transport.parallel import in_parallel
from ablation.store.transport.patience import patient
from ablation.store.transport.translation import translated
from ablation.store.upkeep.errors import answer_code

# A bucket may be shared: other people's uploads are none of ours.
_OURS = (layout.BLOBS, layout.TRIALS, layout.STUDIES, layout.CHECKPOINTS, layout.DATASETS, layout.SCRATCH)
# rclone answers the first of them where there was none yet.
_UNLISTED = frozenset({"NoSuchUpload", "NotImplemented", "501", "MethodNotAllowed", "405", "AccessDenied", "403"})


@dataclass(frozen=True)
class Upload:
    """An upload in parts that is not complete."""

    key: str
    upload_id: str
    begun_at: datetime
    bytes: int


def uploads_before(store: Store, horizon: datetime) -> tuple[Upload, ...]:
    """Return the incomplete uploads that began before a moment; none where the store does not list them to us."""
    try:
        found = [upload for upload in _listed(store) if upload.begun_at <= horizon]
    except StoreError as error:
        if answer_code(error) not in _UNLISTED:
            raise
        return ()
    return tuple(in_parallel(lambda upload: _measured(store, upload), found))


@patient
def abort(store: Store, upload: Upload) -> None:
    """Give an upload up, and its parts; it may have been completed meanwhile."""
    try:
        with translated(store.uri_of(upload.key)):
            store.client.abort_multipart_upload(
                Bucket=store.bucket, Key=store.prefix + upload.key, UploadId=upload.upload_id
            )
    except StoreError as error:
        if answer_code(error) != "NoSuchUpload":
            raise


@patient
def _listed(store: Store) -> list[Upload]:
    pages = store.client.get_paginator("list_multipart_uploads")
    with translated(store.uri):
        items = [
            item
            for page in pages.paginate(Bucket=store.bucket, Prefix=store.prefix)
            for item in page.get("Uploads", [])
        ]
    uploads = [Upload(item["Key"].removeprefix(store.prefix), item["UploadId"], item["Initiated"], 0) for item in items]
    return [upload for upload in uploads if upload.key.startswith(_OURS)]


@patient
def _measured(store: Store, upload: Upload) -> Upload:
    """Return an upload with the bytes of its parts; none where it has just ended."""
    pages = store.client.get_paginator("list_parts").paginate(
        Bucket=store.bucket, Key=store.prefix + upload.key, UploadId=upload.upload_id
    )
    try:
        with translated(store.uri_of(upload.key)):
            size = sum(part["Size"] for page in pages for part in page.get("Parts", []))
    except StoreError as error:
        if answer_code(error) != "NoSuchUpload":
            raise
        size = 0
    return replace(upload, bytes=size)
