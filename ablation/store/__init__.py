"""Results of studies in S3-compatible storage: blobs by digest, trials by fingerprint, runs by manifest.

Importing this room does not import boto3: opening a store does.
"""

from ablation.store.blobs import download_blob, get_blob, get_blobs, present_blobs, put_blob, reference
from ablation.store.checkpoints import (
    StoredCheckpoint,
    delete_checkpoint,
    download_checkpoint,
    find_checkpoint,
    put_checkpoint,
)
from ablation.store.conditional import ConditionalWrites, conditional_writes, honours_conditions
from ablation.store.connections import check_store, connect, open_store, open_unchecked, public_address, store_name
from ablation.store.content_types import content_type_of
from ablation.store.datasets import download_dataset, put_dataset, replace_dataset
from ablation.store.errors import (
    BlobCorrupt,
    KeyInvalid,
    KeyMissing,
    KeyTaken,
    ManifestCorrupt,
    RunUnknown,
    StoreError,
    StoreUnreachable,
    UploadIncomplete,
    is_away,
)
from ablation.store.heartbeats import TTL_S
from ablation.store.layout import (
    LOCKS,
    blob_key,
    checkpoint_record_key,
    checkpoint_state_key,
    dataset_key,
    latest_key,
    run_file_key,
    run_manifest_key,
    study_index_key,
    trial_manifest_key,
    variant_file_path,
)
from ablation.store.leases import Holder, Lease, LeaseObjects, Leases
from ablation.store.leftovers import StaleLease, StoreLeftovers, find_leftovers, remove_lease
from ablation.store.locks import LeaseFiles, is_locked, lock, remove_unlocked, unlock, unlocked_leases
from ablation.store.meanwhile import find_published
from ablation.store.objects import Store, StoredObject, StoreLocation
from ablation.store.publication import RunFile, publish_run
from ablation.store.running import (
    CrashedRun,
    RunningRun,
    RunningWatch,
    list_crashed,
    put_running,
    remove_running,
    settle_killed,
)
from ablation.store.runs import LATEST, get_run_file, list_runs, read_run, resolve_run
from ablation.store.trials import TrialManifest, find_trial, find_trials, publish_trial, published_trials

__all__ = [
    "LATEST",
    "LOCKS",
    "TTL_S",
    "BlobCorrupt",
    "ConditionalWrites",
    "CrashedRun",
    "Holder",
    "KeyInvalid",
    "KeyMissing",
    "KeyTaken",
    "Lease",
    "LeaseFiles",
    "LeaseObjects",
    "Leases",
    "ManifestCorrupt",
    "RunFile",
    "RunUnknown",
    "RunningRun",
    "RunningWatch",
    "StaleLease",
    "Store",
    "StoreError",
    "StoreLeftovers",
    "StoreLocation",
    "StoreUnreachable",
    "StoredCheckpoint",
    "StoredObject",
    "TrialManifest",
    "UploadIncomplete",
    "blob_key",
    "check_store",
    "checkpoint_record_key",
    "checkpoint_state_key",
    "conditional_writes",
    "connect",
    "content_type_of",
    "dataset_key",
    "delete_checkpoint",
    "download_blob",
    "download_checkpoint",
    "download_dataset",
    "find_checkpoint",
    "find_leftovers",
    "find_published",
    "find_trial",
    "find_trials",
    "get_blob",
    "get_blobs",
    "get_run_file",
    "honours_conditions",
    "is_away",
    "is_locked",
    "latest_key",
    "list_crashed",
    "list_runs",
    "lock",
    "open_store",
    "open_unchecked",
    "present_blobs",
    "public_address",
    "publish_run",
    "publish_trial",
    "published_trials",
    "put_blob",
    "put_checkpoint",
    "put_dataset",
    "put_running",
    "read_run",
    "reference",
    "remove_lease",
    "remove_running",
    "remove_unlocked",
    "replace_dataset",
    "resolve_run",
    "run_file_key",
    "run_manifest_key",
    "settle_killed",
    "store_name",
    "study_index_key",
    "trial_manifest_key",
    "unlock",
    "unlocked_leases",
    "variant_file_path",
]
