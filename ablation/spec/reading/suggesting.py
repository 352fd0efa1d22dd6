"""Which of the words that are known was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

MAX_CHOICES = 60
# As difflib measures it: batch_norm is near to batch_normalization, vgg20 to vgg19, but seeds is not to extends.
SIMILAR = 0.68
SIMILAR_AND_AS_LONG = 0.6


def suggest(word: str, choices: Sequence[str]) -> str:
    """Say which choice was probably meant, or list them all when they are not too many."""
    if near := nearest(word, choices):
        return f"Did you mean {near}?"
    return f"Choose from: {', '.join(choices)}." if 0 < len(choices) <= MAX_CHOICES else ""


def nearest(word: str, choices: Sequence[str]) -> str | None:
    """Return the choice that is nearest to a word, by its letters or, as lr for learning_rate, by its initials."""
    form, by_form = _form(word), {_form(choice): choice for choice in reversed(choices)}
    for near in difflib.get_close_matches(form, by_form, n=3, cutoff=SIMILAR_AND_AS_LONG):
        if abs(len(near) - len(form)) <= 1 or difflib.SequenceMatcher(None, near, form).ratio() >= SIMILAR:
            return by_form[near]
    by_initials = {"".join(part[0] for part in _form(choice).split("_") if part): choice for choice in choices}
    return by_initials.get(form) if len(word) > 1 else None


def _form(word: str) -> str:
    """Write a word as choices are written: kernelSize, Kernel-Size and kernel_size alike."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word[:100])).lower()
