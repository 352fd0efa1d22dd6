"""In which numbers layers compute: Keras' dtype policy, for the length of their making."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def computing_in(policy: str) -> Iterator[None]:
    """Let every layer that is made in the block, also inside networks of Keras, have a dtype policy.

    The default that it is made with is the thread's, and as before after the block: a layer keeps its own.

    Args:
        policy: Its name, e.g. float32, mixed_bfloat16.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
