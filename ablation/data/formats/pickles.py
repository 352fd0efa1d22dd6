"""Pickled arrays, read without running anything that a pickle asks for."""

from __future__ import annotations

import pickle
from typing import IO, Any

from ablation.data.errors import DataError

# All that rebuilds an array of plain values; NumPy 2 renamed its inner package.
_ARRAY_PARTS = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ARRAY_PARTS:
            raise DataError(f"the file asks for {module}.{name}, which is no part of an array; it is not read.")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def load_pickle(file: IO[bytes], what: str) -> Any:
    """Return what a pickle holds: arrays, lists, dictionaries, numbers and bytes, nothing else.

    Args:
        file: At the pickle's first byte; its digest was verified before.
        what: The file's name, for the message.

    Raises:
        DataError: It asks for anything else, or is damaged.
    """
    try:
        # `bytes`: Python 2 wrote the arrays of CIFAR as byte strings.
        return _ArrayUnpickler(file, encoding="bytes").load()
    except DataError as error:
        raise DataError(f"{what}: {error}") from error
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise DataError(f"{what}: cannot be read as pickled arrays: {error}") from error
