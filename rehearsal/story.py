"""The lines of a timeline that a person wants to read, sorted into who did what: people, Berth, or AWS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rehearsal.timeline import Entry

Actor = Literal["person", "berth", "aws"]
Tone = Literal["acting", "holding", "trouble", "plain"]

ACTORS: dict[str, Actor] = {
    "person": "person",
    "purchase": "person",
    "decision": "berth",
    "event": "berth",
    "error": "berth",
    "state": "aws",
    "alarm": "aws",
    "scaling": "aws",
    "request": "aws",
    "fault": "aws",
    "pipeline": "aws",
}
"""Kinds of timeline entries that are told. API calls and the mails made of events are not: they repeat what is told."""

_ACTING = {"deploy", "rotate", "resize", "hand_over"}
_BAD_NEWS = ("Failed", "Rejected", "Rollback Detected", "Refused")
_WORDS = {"event": "announces", "state": "status", "purchase": "purchase", "request": "requests"}
_RESOURCES = ("endpoint/", "inference-component/", "training-plan/", "pipeline/")
_WAITING = {"NoPlace"}
"""Refusals that are no trouble: when the last plan is over, there is no place left, as planned."""


@dataclass(frozen=True)
class Line:
    """One thing that happened. `tone` says how to show it."""

    number: int
    at: datetime
    actor: Actor
    kind: str
    subject: str
    text: str
    tone: Tone


class Teller:
    """Turns entries into lines as they come."""

    def __init__(self) -> None:
        self._number = 0

    def line(self, entry: Entry) -> Line | None:
        """None for an entry that isn't told."""
        if entry.kind not in ACTORS or _is_routine(entry):
            return None
        self._number += 1
        text = str(entry.more.get("reason", entry.text))
        actor: Actor = "berth" if entry.more.get("by") == "berth" else ACTORS[entry.kind]
        return Line(self._number, entry.at, actor, _kind(entry), _subject(entry), text, _tone(entry))


def lines(entries: Iterable[Entry]) -> tuple[Line, ...]:
    """The told entries, numbered from 1 in order of time."""
    teller = Teller()
    return tuple(line for entry in entries if (line := teller.line(entry)) is not None)


def _is_routine(entry: Entry) -> bool:
    """A held decision's event repeats the decision, a crash repeats its fault, and executions come and go."""
    if entry.kind == "event":
        return entry.more.get("detail_type") == "Decision Held"
    if entry.kind == "error":
        return entry.more.get("error") in {"Runtime.ExitError", "Sandbox.Timedout"}
    return _is_execution(entry) and entry.more.get("status") in {"RUNNING", "SUCCEEDED"}


def _is_execution(entry: Entry) -> bool:
    return entry.kind == "state" and not entry.subject.startswith(_RESOURCES)


def _subject(entry: Entry) -> str:
    """The name of what it is about: of an execution, its state machine's."""
    if entry.subject.startswith(_RESOURCES) or _is_execution(entry):
        first, _, second = entry.subject.partition("/")
        return first if _is_execution(entry) else second
    return entry.subject


def _kind(entry: Entry) -> str:
    """One or two words for what it is: a decision's or a person's own verb, if there is one."""
    if entry.kind == "decision":
        words = [str(entry.more["decision"]).replace("_", " "), str(entry.more.get("rung", "")).replace("_", " ")]
        return ": ".join(word for word in words if word)
    return str(entry.more.get("verb", _WORDS.get(entry.kind, entry.kind)))


def _tone(entry: Entry) -> Tone:
    decided = entry.more.get("decision")
    if decided in _ACTING:
        return "acting"
    if decided == "hold" or entry.more.get("code") in _WAITING:
        return "holding"
    if decided == "refuse" or entry.kind in {"fault", "error", "request"}:
        return "trouble"
    if entry.kind == "event" and any(word in entry.text for word in _BAD_NEWS):
        return "trouble"
    return "plain"
