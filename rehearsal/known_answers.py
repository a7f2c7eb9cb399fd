"""An answer that is there already when botocore sets out to ask: its next request on this thread gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rehearsal.task_locals import TaskLocal


@dataclass(frozen=True)
class KnownAnswer:
    """`invocation_id` is what the SDK would have called the request."""

    response: Any
    invocation_id: str


_thread = TaskLocal()


def keep(answer: KnownAnswer) -> None:
    """For the next request. The caller makes it at once: nothing may come in between."""
    _thread.answer = answer


def look() -> KnownAnswer | None:
    """The answer for the next request, if there is one."""
    answer: KnownAnswer | None = _thread.get("answer")
    return answer


def take() -> Any:
    """Its response, once; None if there is none."""
    known = look()
    if known is None:
        return None
    _thread.answer = None
    return known.response
