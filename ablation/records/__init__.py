"""The small frozen JSON records that travel between rooms, tasks and machines.

Arrays and models never travel; a record holds numbers and references to content-addressed bytes.
"""

from ablation.records.assessment import Assessment, Confusion, Mistake, ReliabilityBin, Residuals
from ablation.records.base import SHA256, BlobRef, Record
from ablation.records.provenance import IMAGE_DIGEST, Accelerator, Checkout, Determinism, LockFile, Machine, Provenance
from ablation.records.runs import PublishedFile, RunEffect, RunManifest, RunStatus, RunSummary, UnpublishedRun
from ablation.records.trials import Export, ModelFormat, TrialOutcome, TrialStatus

__all__ = [
    "IMAGE_DIGEST",
    "SHA256",
    "Accelerator",
    "Assessment",
    "BlobRef",
    "Checkout",
    "Confusion",
    "Determinism",
    "Export",
    "LockFile",
    "Machine",
    "Mistake",
    "ModelFormat",
    "Provenance",
    "PublishedFile",
    "Record",
    "ReliabilityBin",
    "Residuals",
    "RunEffect",
    "RunManifest",
    "RunStatus",
    "RunSummary",
    "TrialOutcome",
    "TrialStatus",
    "UnpublishedRun",
]
