"""What processes of their own do in the tests of leases."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from pathlib import Path

from ablation.settings import Settings
from ablation.store import Holder, LeaseFiles, LeaseObjects, Leases, open_store

LEASES = 20


def fingerprints() -> list[str]:
    return [f"{number:064x}" for number in range(LEASES)]


def race_for_files(root: Path, name: str, test: Connection) -> None:
    claim_all(LeaseFiles(root, Holder(name, "here", f"run-{name}")), test)


def race_for_objects(uri: str, name: str, test: Connection) -> None:
    with open_store(Settings(store=uri)) as store:
        claim_all(LeaseObjects(store, Holder(name, "here", f"run-{name}"), lambda machine, owner: False), test)


def claim_all(leases: Leases, test: Connection) -> None:
    """Claim leases when the test says so, tell which were won, and hold them for ever."""
    test.send("ready")
    test.recv()
    test.send([fingerprint for fingerprint in fingerprints() if leases.claim(fingerprint)])
    threading.Event().wait()
