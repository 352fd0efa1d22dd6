"""An S3 server that can be taken away and come back at the same address, as a store on the network can."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from ablation.processes import start_dependent
from tests.conftest import wait_for

KEY, SECRET = "remote-key", "remote-secret"


class RemoteStore:
    """`rclone serve s3` over a folder, on one port of its own for as long as the test lasts."""

    def __init__(self, root: Path) -> None:
        self.root = root / "bucket"
        self.root.mkdir(parents=True)
        self._log = root / "server.log"
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to use it."""
        return {
            "ABLATION_STORE": "s3://ablation/studies-of-all",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self._port}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def published_trials(self) -> list[Path]:
        """The manifests of trials that it has."""
        found = self.root.glob("studies-of-all/trials/*/*/manifest.json")
        return [path for path in found if path.stat().st_size]

    def start(self) -> None:
        listen = ["--addr", f"127.0.0.1:{self._port}", "--vfs-cache-mode", "off", "--dir-cache-time", "1s"]
        environment = {
            "PATH": os.environ["PATH"],
            "RCLONE_CONFIG": os.devnull,
            "RCLONE_AUTH_KEY": f'"{KEY},{SECRET}"',
            "RCLONE_COMBINE_UPSTREAMS": f"ablation={self.root}",
        }
        command = [_rclone(), "serve", "s3", ":combine:", "--etag-hash", "", *listen]
        self._process = start_dependent(command, environment=environment, log=self._log)
        wait_for(self._listens, "the store to answer")

    def stop(self) -> None:
        """Take it away at once, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


def _rclone() -> str:
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.is_file() else str(shutil.which("rclone"))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
