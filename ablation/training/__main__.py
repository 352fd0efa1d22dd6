"""Train one trial on any machine that has Keras: `python -m ablation.training trial.json out/`."""

from __future__ import annotations

import sys
from pathlib import Path

from ablation.training.trial import train


def main() -> int:
    """Run the command line."""
    if len(sys.argv) != 3:
        print("usage: python -m ablation.training TRIAL.json OUT_DIRECTORY", file=sys.stderr)
        return 2
    job, directory = Path(sys.argv[1]), Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    train(job.read_text(encoding="utf-8"), directory)
    return 0


sys.exit(main())
