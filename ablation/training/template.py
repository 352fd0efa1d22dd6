"""Imported by the template process that trials are forked from: Keras and everything a trial needs, never run here.

What TensorFlow prints while it is imported is kept from the terminal, unless the import fails.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as captured:
        os.dup2(captured.fileno(), 2)
        try:
            yield
        except BaseException:
            captured.seek(0)
            os.write(terminal, captured.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # the identity of a trial says so; keras.json may not differ
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # warnings and errors belong in a trial's log, chatter does not

with _quiet_stderr():
    import ablation.training.features
    import ablation.training.trial  # noqa: F401

# What is imported lives as long as the process. Without this each fork would search a million objects for garbage
# again, and copy the memory they are in by doing so: a third of a small trial's time.
gc.collect()
gc.freeze()
