"""What handlers print and log, caught per invocation.

Loggers keep the stream that they found at their making, so there is one for the process, which knows whose turn it is.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from rehearsal.task_locals import TaskLocal

_turn = TaskLocal()

Outer = tuple[Any, Any, Any]


class _CaughtStream(io.TextIOBase):
    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        target = _turn.get("buffer") or sys.__stderr__
        return target.write(text) if target is not None else len(text)

    def flush(self) -> None:
        return None


_STREAM = _CaughtStream()


def catch_in(buffer: io.StringIO) -> Outer:
    """From now on standard output and error of this thread go into `buffer`. Returns what `give_back` needs."""
    outer = (sys.stdout, sys.stderr, _turn.get("buffer"))
    sys.stdout = sys.stderr = _STREAM
    _turn.buffer = buffer
    return outer


def give_back(outer: Outer) -> None:
    sys.stdout, sys.stderr, _turn.buffer = outer
