from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ablation.store import (
    KeyInvalid,
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

DIGEST = "ab" + "0" * 62


def test_keys_are_those_of_the_contract() -> None:
    assert dataset_key(DIGEST) == f"datasets/sha256/ab/{DIGEST}"
    assert blob_key(DIGEST) == f"blobs/sha256/ab/{DIGEST}"
    assert trial_manifest_key(DIGEST, 2) == f"trials/{DIGEST}/attempt-2/manifest.json"
    assert checkpoint_record_key(DIGEST) == f"checkpoints/{DIGEST}/latest.json"
    assert checkpoint_state_key(DIGEST, "0" * 64) == f"checkpoints/{DIGEST}/{'0' * 64}"
    assert run_manifest_key("imdb", "run-1") == "studies/imdb/run-1/manifest.json"
    assert run_file_key("imdb", "run-1", "index.html") == "studies/imdb/run-1/index.html"
    assert variant_file_path("l2", 0, "history.csv") == "variants/l2/seed-0/history.csv"
    assert latest_key("imdb") == "studies/imdb/latest.json"
    assert study_index_key("imdb") == "studies/imdb/index.html"


@pytest.mark.parametrize("digest", ["", "ab", "AB" + "0" * 62, "../" + "0" * 61, DIGEST + "\n"])
def test_blob_key_of_no_digest_is_refused(digest: str) -> None:
    with pytest.raises(KeyInvalid, match="64 hexadecimal digits"):
        blob_key(digest)


@pytest.mark.parametrize(("variant", "name"), [("..", "a.csv"), ("a/b", "a.csv"), ("l2", "../a.csv"), ("", "a.csv")])
def test_variant_file_path_that_leaves_its_folder_is_refused(variant: str, name: str) -> None:
    with pytest.raises(KeyInvalid):
        variant_file_path(variant, 0, name)


def test_importing_the_room_does_not_import_boto3() -> None:
    check = "import sys, ablation.store; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", check], cwd=root, check=False).returncode == 0
