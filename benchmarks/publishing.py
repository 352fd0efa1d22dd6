"""How fast files are published, beside `rclone copy` of the same files to the same server."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

from ablation.records import RunManifest
from ablation.store import Store, StoreLocation, publish_run
from ablation.store.embedded import BUCKET, EmbeddedServer, embedded_server, rclone
from ablation.store.transport.client import embedded_client
from benchmarks.bench import Bench
from benchmarks.figures import FileSet, Publishing

LEAST_SHARE = 0.7
# Names, number and size of the files: what many small trials leave, and what a few large models do.
SETS = (("small", 2000, 20_000), ("large", 5, 100_000_000))


def measure_publishing(bench: Bench, repeats: int) -> Publishing:
    """Publish each set as the files of a run, in turns with rclone; nothing is there before."""
    sets = tuple(_measure(bench, *each, repeats) for each in SETS)
    return Publishing(least_share=LEAST_SHARE, sets=sets)


def _measure(bench: Bench, name: str, count: int, size: int, repeats: int) -> FileSet:
    folder = bench.folder / f"files-{name}"
    _write(folder, count, size)
    ours: list[float] = []
    theirs: list[float] = []
    with embedded_server(bench.folder / f"objects-{name}") as server:
        for repeat in range(repeats):
            ours.append(_publish_s(server, folder, repeat))
            theirs.append(_copy_s(server, folder, repeat))
            print(f"publishing {name}: {ours[-1]:.2f} s, rclone copy {theirs[-1]:.2f} s", flush=True)
    return FileSet(files=count, bytes_each=size, ours_s=tuple(ours), rclone_s=tuple(theirs))


def _write(folder: Path, count: int, size: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04d}.bin").write_bytes(os.urandom(size))


def _publish_s(server: EmbeddedServer, folder: Path, repeat: int) -> float:
    client = embedded_client(server.endpoint_url, server.credentials)
    location = StoreLocation(uri=f"s3://{BUCKET}", endpoint_url=server.endpoint_url)
    store = Store(location, BUCKET, "", client, server.root)
    manifest = RunManifest(
        study="bench",
        run_id=f"run-{repeat}",
        status="complete",
        headline="",
        finished_at=datetime.now(UTC),
        wall_s=0.0,
        trials={},
        files=(),
    )
    started = time.perf_counter()
    publish_run(store, manifest, {path.name: path for path in sorted(folder.iterdir())})
    return time.perf_counter() - started


def _copy_s(server: EmbeddedServer, folder: Path, repeat: int) -> float:
    remote = {
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_S3_PROVIDER": "Rclone",
        "RCLONE_S3_ENDPOINT": server.endpoint_url,
        "RCLONE_S3_ACCESS_KEY_ID": server.credentials.access_key,
        "RCLONE_S3_SECRET_ACCESS_KEY": server.credentials.secret_key,
    }
    started = time.perf_counter()
    subprocess.run([rclone(), "copy", str(folder), f":s3:{BUCKET}/copy-{repeat}"], check=True, env=os.environ | remote)
    return time.perf_counter() - started
