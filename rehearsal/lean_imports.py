"""Imports that leave out what a package would bring along and nobody here uses: seconds on a cold machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(name: str) -> Iterator[None]:
    """Meanwhile the module can't be imported, unless it is there already: inside pytest, pytest is."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # Python's own mark for a module that can't be imported
    try:
        yield
    finally:
        del sys.modules[name]
