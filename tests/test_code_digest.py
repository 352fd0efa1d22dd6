from __future__ import annotations

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


def test_code_that_is_left_out_is_there_and_inside_what_is_not() -> None:
    assert [name for name in LEFT_OUT_CODE if not (ROOT / name).exists()] == []
    assert all(name.split("/")[0] in RESULT_CODE for name in LEFT_OUT_CODE)
    assert code_digest(LEFT_OUT_CODE) == code_digest(())
