"""What handlers print and log, caught per invocation.

Loggers keep the stream that they found at their making, so there is one for the process, which knows whose turn it is.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rehearsal.task_locals import TaskLocal

_turn = TaskLocal()


class _CaughtStream(io.TextIOBase):
    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        target = getattr(_turn, "buffer", None) or sys.__stderr__
        return target.write(text) if target is not None else len(text)

    def flush(self) -> None:
        return None


_STREAM = _CaughtStream()


@contextmanager
def caught_in(buffer: io.StringIO) -> Iterator[None]:
    """Standard output and error of this thread go into `buffer`."""
    outer = (sys.stdout, sys.stderr, getattr(_turn, "buffer", None))
    sys.stdout = sys.stderr = _STREAM
    _turn.buffer = buffer
    try:
        yield
    finally:
        sys.stdout, sys.stderr, _turn.buffer = outer
