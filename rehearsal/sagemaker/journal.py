"""The twin's part of the timeline, with an API call before what it set off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rehearsal.timeline import Timeline


@dataclass
class Call:
    """One mutating call while it is answered: who is told what once it is known whether it was refused."""

    subject: str
    text: str
    error: str | None = None
    kept: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)


class Journal:
    """Writes to the timeline. While a call is being answered, what it sets off waits until the call is written."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._call: Call | None = None

    def record(self, kind: str, subject: str, text: str, **more: Any) -> None:
        if self._call is not None:
            self._call.kept.append((kind, subject, text, more))
        else:
            self._timeline.record(kind, subject, text, **more)

    @contextmanager
    def call(self, subject: str, text: str) -> Iterator[Call]:
        """The call's entry is written when the block is left, with `error` if that was set."""
        self._call = call = Call(subject, text)
        try:
            yield call
        finally:
            self._call = None
            refused = {"error": call.error} if call.error else {}
            shown = f"{text}: refused: {call.error}" if call.error else text
            self._timeline.record("api", subject, shown, **refused)
            for kind, about, what, more in call.kept:
                self._timeline.record(kind, about, what, **more)
