"""`ABLATION_*` variables that mean nothing: a misspelt one would be ignored without a word."""

from __future__ import annotations

import difflib
import os

from cli.failures import print_warning

PREFIX = "ABLATION_"


def warn_of_unknown_variables() -> None:
    """Name every `ABLATION_*` variable that is no setting, and the one that was probably meant."""
    given = sorted(name for name in os.environ if name.startswith(PREFIX))
    if not given:
        return
    from ablation.settings import Settings

    known = [name.upper() for name in Settings.model_fields]
    for name in given:
        if name.removeprefix(PREFIX) not in known:
            near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
            advice = (
                f"Did you mean {PREFIX}{near[0]}?"
                if near
                else f"Known are {', '.join(PREFIX + each for each in known)}."
            )
            print_warning(f"{name} is set in the environment or in .env, but is no setting.\n  {advice}")
