"""What lists and reports say of a published run beside its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.display.units import counted, duration, size

if TYPE_CHECKING:
    from ablation.records import RunManifest

Pinned = set[tuple[str, str]]


def facts(manifest: RunManifest, pinned: Pinned) -> dict[str, int]:
    """Return what a list says of a run beside its manifest: its size, and whether it is pinned."""
    return {
        "bytes": sum(file.bytes for file in manifest.files),
        "pinned": (manifest.study, manifest.run_id) in pinned,
    }


def about_run(manifest: RunManifest, pinned: Pinned) -> list[str]:
    """Return when a run ended, its trials, its size, and whether it is pinned."""
    said = facts(manifest, pinned)
    trials = ", ".join(f"{count} {status}" for status, count in manifest.trials.items())
    return [
        f"{manifest.finished_at:%Y-%m-%d %H:%M} UTC",
        f"{trials} in {duration(manifest.wall_s)}",
        f"{counted(len(manifest.files), 'file')}, {size(said['bytes'])}",
        *(["pinned"] if said["pinned"] else []),
    ]
