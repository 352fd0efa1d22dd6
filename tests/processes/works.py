"""What trials' processes are told to do in the tests of isolation."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import signal
import threading
import time
from pathlib import Path

MB = 10**6


def write_job(job: str, directory: Path) -> None:
    print("said to the log")
    (directory / "got.txt").write_text(f"{job} {os.getpid()} {os.getppid()}")


def raise_error(job: str, directory: Path) -> None:
    raise ValueError("the reason\n in two lines")


def kill_self(job: str, directory: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait_forever(job: str, directory: Path) -> None:
    (directory / "pid").write_text(str(os.getpid()))
    threading.Event().wait()


def ignore_term(job: str, directory: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    wait_forever(job, directory)


def take_memory(job: str, directory: Path) -> None:
    """Once told to, take as many MB as the job says: itself, in a process of its own, and of a file; keep them."""
    (directory / "begun").write_text(str(os.getpid()))
    while not (directory / "go").exists():
        time.sleep(0.01)
    own, child, mapped = json.loads(job)
    kept = [b"x" * (own * MB), _mapped(mapped, directory)]
    if child and os.fork() == 0:
        kept.append(b"x" * (child * MB))
    (directory / f"pid-{os.getpid()}").touch()
    while kept:
        signal.pause()


def _mapped(megabytes: int, directory: Path) -> mmap.mmap | None:
    """Map a file that was just written, so that its pages are in memory and not yet on the disk."""
    if not megabytes:
        return None
    (directory / "mapped").write_bytes(b"x" * (megabytes * MB))
    with (directory / "mapped").open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert sum(mapped[::4096])
    return mapped


def say_score(job: str, directory: Path) -> None:
    (directory / "score").write_text(Path("/proc/self/oom_score_adj").read_text())


def configure_devices(job: str, directory: Path) -> None:
    import tensorflow as tf

    from ablation.training.backend import AcceleratorUnusable, configure_backend

    devices = json.loads(job)
    with contextlib.suppress(AcceleratorUnusable):  # where there is no such GPU; what is shown is shown before
        configure_backend(seed=0, threads=1, devices=None if devices is None else tuple(devices))
    names = ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "XLA_PYTHON_CLIENT_PREALLOCATE")
    growth = [tf.config.experimental.get_memory_growth(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    found = {name: os.environ.get(name) for name in names} | {"growth": growth}
    (directory / "found.json").write_text(json.dumps(found))


def draw_numbers(job: str, directory: Path) -> None:
    import random

    import keras
    import numpy as np

    from ablation.training.backend import configure_backend

    configure_backend(seed=json.loads(job), threads=1, devices=())
    drawn = {
        "python": random.random(),
        "numpy": float(np.random.uniform()),  # the old generator is what libraries draw from
        "keras": float(keras.random.uniform(())),
        "split_layer": float(keras.random.uniform((), seed=keras.random.SeedGenerator())),
    }
    (directory / "drawn.json").write_text(json.dumps(drawn))
