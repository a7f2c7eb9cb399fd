"""Python's collector of cyclic garbage, kept from walking through what stays anyway.

A start makes a million objects, nearly all of them modules, models and tables that live as long as the process. The
collector goes through them again and again, for a fifth of the time of a cold start.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MOST_NEW_OBJECTS = 50_000
"""Between two collections: a replay makes as many in a twentieth of a second, and hardly any are in cycles."""
_settled = False


def pause() -> None:
    """No collection until the next deployment is through."""
    gc.disable()


@contextmanager
def paused() -> Iterator[None]:
    """No collection meanwhile."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle() -> None:
    """Once per process: what is there now is never looked at again."""
    global _settled
    if _settled:
        return
    _settled = True
    gc.freeze()
    gc.set_threshold(_MOST_NEW_OBJECTS)
