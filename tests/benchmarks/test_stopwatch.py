from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.figures import Measured

ROOT = Path(__file__).parents[2]
# A child that outlives the command that started it and works until it has used half a second of CPU time.
WORK = "import time\nwhile time.process_time() < 0.5: pass"
LEAVES_WORK = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WORK!r}])"
HOLDS_MEMORY = "import time; block = bytearray(200_000_000); block[::4096] = b'x' * len(block[::4096]); time.sleep(0.5)"


def stopwatch(directory: Path, code: str) -> Measured:
    out = directory / "measured.json"
    command = [sys.executable, "-m", "benchmarks.stopwatch", str(out), sys.executable, "-c", code]
    subprocess.run(command, check=False, cwd=ROOT)
    return Measured.model_validate_json(out.read_bytes())


def test_stopwatch_counts_cpu_time_of_what_outlives_the_command(tmp_path: Path) -> None:
    assert stopwatch(tmp_path, LEAVES_WORK).cpu_s > 0.5


def test_stopwatch_sees_memory_of_the_command(tmp_path: Path) -> None:
    assert stopwatch(tmp_path, HOLDS_MEMORY).peak_bytes > 200_000_000


def test_stopwatch_keeps_the_exit_code(tmp_path: Path) -> None:
    assert stopwatch(tmp_path, "raise SystemExit(3)").exit_code == 3
