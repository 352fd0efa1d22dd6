"""How long `ablate validate` takes, from the shell's point of view: the median of ten runs.

Run: python benchmarks/validate.py [SPEC]
Expected: below 0.4 s for specs/quickstart.yaml on two quiet cores.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 10


def main() -> None:
    """Print the median, the least and the most seconds."""
    spec = sys.argv[1] if len(sys.argv) > 1 else "specs/quickstart.yaml"
    command = [sys.executable, "-m", "cli", "validate", spec]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # writes the bytecode
    seconds = [_measure(command) for _ in range(RUNS)]
    print(
        f"ablate validate {spec}: median {statistics.median(seconds):.2f} s of {RUNS} runs "
        f"({min(seconds):.2f} to {max(seconds):.2f} s)"
    )


def _measure(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
