from __future__ import annotations

import hashlib
import re
from pathlib import Path

import ablation
from ablation.code_digest import LEFT_OUT_CODE, RESULT_CODE, code_digest

ROOT = Path(ablation.__file__).parent


def test_code_that_can_change_a_result_is_there() -> None:
    assert [name for name in RESULT_CODE if not (ROOT / name).exists()] == []


def test_code_digest_is_a_sha256() -> None:
    assert re.fullmatch("[0-9a-f]{64}", code_digest())
    assert code_digest() == code_digest()


def test_code_that_only_looks_at_data_does_not_count() -> None:
    assert all((ROOT / name).exists() for name in LEFT_OUT_CODE)
    assert code_digest(LEFT_OUT_CODE) == hashlib.sha256().hexdigest()
    assert code_digest(("data",)) != hashlib.sha256().hexdigest()
