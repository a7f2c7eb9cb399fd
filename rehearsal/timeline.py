"""All that happened, in order: what a person reads after a rehearsal, and what golden transcripts compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    `kind` is one word: api, decision, state, alarm, scaling, purchase, request, event, notification, fault or error.
    """

    at: datetime
    kind: str
    subject: str
    text: str
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        at = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"at": at, "kind": self.kind, "subject": self.subject, "text": self.text, **self.more}


class Timeline:
    """An append-only list on the virtual clock; listeners see each entry as it is written, to show progress."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: list[Entry] = []
        self.listeners: list[Callable[[Entry], None]] = []

    def record(self, kind: str, subject: str, text: str, **more: Any) -> None:
        entry = Entry(self._now(), kind, subject, text, more)
        self._entries.append(entry)
        for listener in self.listeners:
            listener(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
