"""Several processes that want one file: one downloads it, and a killed one is in nobody's way."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ablation.data.fetching import fetch_file
from tests.conftest import wait_for
from tests.data.conftest import CONTENT, CUT, DIGEST, Cache, WebServer, sized_file

FETCH = """
import sys
from pathlib import Path
from ablation.catalogue import DatasetFile
from ablation.data.fetching import fetch_file
from ablation.settings import Settings
file = DatasetFile(name="small.npz", url=sys.argv[1], sha256=(sys.argv[2],), bytes=23_000)
print("started", flush=True)
print(fetch_file(file, Settings(cache_dir=Path(sys.argv[3]))))
"""


def start(url: str, cache: Cache) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", FETCH, url, DIGEST, str(cache.directory)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "started\n"
    return process


def partial_bytes(cache: Cache) -> int:
    return sum(path.stat().st_size for path in cache.directory.rglob("*.part"))


@pytest.mark.slow
def test_processes_that_fetch_at_once_download_once(web: WebServer, cache: Cache) -> None:
    url = f"{web.url}/again-held/small.npz"
    with start(url, cache) as first, start(url, cache) as second:
        wait_for(lambda: partial_bytes(cache) == CUT, "half of the file")
        web.is_released.set()
        printed = [process.communicate(timeout=60)[0].strip() for process in (first, second)]
    assert printed == [str(cache.directory / "files" / DIGEST / "small.npz")] * 2
    assert Path(printed[0]).read_bytes() == CONTENT
    assert web.asked == ["/again-held/small.npz"]


def test_threads_that_fetch_at_once_download_once(web: WebServer, cache: Cache) -> None:
    file = sized_file(f"{web.url}/good/small.npz")
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: fetch_file(file, cache.settings()), range(8)))
    assert [path.read_bytes() for path in paths] == [CONTENT]
    assert web.asked == ["/good/small.npz"]
    assert cache.files() == [f"files/{DIGEST}/small.npz"]


@pytest.mark.slow
def test_file_of_a_killed_process_is_gone_on_with_by_one_that_waits(web: WebServer, cache: Cache) -> None:
    url = f"{web.url}/again-held/small.npz"
    with start(url, cache) as owner:
        wait_for(lambda: partial_bytes(cache) == CUT, "half of the file")
        with start(url, cache) as waiting:
            owner.kill()
            printed, _ = waiting.communicate(timeout=60)
    assert Path(printed.strip()).read_bytes() == CONTENT
    assert web.ranges == [("", ""), (f"bytes={CUT}-", '"v1"')]
    assert cache.files() == [f"files/{DIGEST}/small.npz"]
