"""How fast files are published, beside `rclone copy` of the same files to the same server."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psutil import Process

from ablation.records import RunManifest
from ablation.store import RunFile, Store, StoreLocation, publish_run
from ablation.store.embedded import BUCKET, EmbeddedServer, embedded_server, rclone
from ablation.store.transport.client import embedded_client
from benchmarks.bench import Bench
from benchmarks.figures import FileSet, Publishing, Transfer

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
    ours: list[Transfer] = []
    theirs: list[Transfer] = []
    with embedded_server(bench.folder / f"objects-{name}") as server:
        for repeat in range(repeats):
            ours.append(_publish(server, folder, repeat))
            theirs.append(_copy(server, folder, repeat))
            print(f"publishing {name}: {ours[-1].wall_s:.2f} s, rclone copy {theirs[-1].wall_s:.2f} s", flush=True)
    return FileSet(files=count, bytes_each=size, ours=tuple(ours), rclone=tuple(theirs))


def _write(folder: Path, count: int, size: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04d}.bin").write_bytes(os.urandom(size))


def _publish(server: EmbeddedServer, folder: Path, repeat: int) -> Transfer:
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
    files: dict[str, RunFile] = {path.name: path for path in sorted(folder.iterdir())}
    return _timed(server, lambda: publish_run(store, manifest, files))


def _copy(server: EmbeddedServer, folder: Path, repeat: int) -> Transfer:
    remote = {
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_S3_PROVIDER": "Rclone",
        "RCLONE_S3_ENDPOINT": server.endpoint_url,
        "RCLONE_S3_ACCESS_KEY_ID": server.credentials.access_key,
        "RCLONE_S3_SECRET_ACCESS_KEY": server.credentials.secret_key,
    }
    command = [rclone(), "copy", str(folder), f":s3:{BUCKET}/copy-{repeat}"]
    return _timed(server, lambda: subprocess.run(command, check=True, env=os.environ | remote))


def _timed(server: EmbeddedServer, transfer: Callable[[], object]) -> Transfer:
    """Measure what a transfer takes: this process and the commands that it starts, and the server."""
    begun_s, client_s, server_s = time.perf_counter(), _cpu_s(os.times()), _cpu_s(Process(server.pid).cpu_times())
    transfer()
    return Transfer(
        wall_s=time.perf_counter() - begun_s,
        client_cpu_s=_cpu_s(os.times()) - client_s,
        server_cpu_s=_cpu_s(Process(server.pid).cpu_times()) - server_s,
    )


def _cpu_s(times: Any) -> float:
    return float(sum(getattr(times, name) for name in ("user", "system", "children_user", "children_system")))
