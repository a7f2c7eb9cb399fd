"""Rules about what is announced: each yields what broke it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.simulation.record import Record
from rehearsal.simulation.violations import Violation

OUTCOMES = (
    "Endpoint Deployed",
    "Endpoint Rotated",
    "Handover Completed",
    "Handover Failed",
    "Rollback Detected",
    "Deployment Failed",
)
_CHANGES = ("CreateEndpoint", "UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", "DeleteEndpoint")
_SAME = timedelta(minutes=5)


def every_change_is_announced(record: Record) -> Iterator[Violation]:
    """Between one change of an endpoint and the next there is news of how the first ended.

    Of two calls in one hand a single outcome is told: a Failed endpoint is deleted to be made anew.
    """
    for name in record.world.deployments:
        calls = [call for call in record.changes if call.operation in _CHANGES and call.name == name]
        told = [entry.at for entry in record.events(name) if entry.more.get("detail_type") in OUTCOMES]
        for call, following in itertools.zip_longest(calls, calls[1:]):
            until: datetime = following.at if following else record.run.until
            same_hand = following is not None and following.holder == call.holder
            if not same_hand and not any(call.at <= at <= until for at in told):
                text = f"{call.operation} of {name}: nothing was told of its end until {until:%d %b %H:%M}"
                yield Violation("every change is announced", call.at, text)


def nothing_is_announced_twice(record: Record) -> Iterator[Violation]:
    """The same news of the same moment is told once; repeated news has another moment or another reason."""
    for name in record.world.deployments:
        told = [entry for entry in record.events(name) if entry.more.get("detail_type") in OUTCOMES]
        for before, entry in zip(told, told[1:], strict=False):
            if entry.text == before.text and entry.at - before.at <= _SAME:
                yield Violation("nothing is announced twice", entry.at, entry.text)


def everything_has_its_reason(record: Record) -> Iterator[Violation]:
    """Decisions and news say why."""
    for entry in record.run.entries:
        if entry.kind == "decision" and not str(entry.more.get("reason", "")).strip():
            yield Violation("everything has its reason", entry.at, f"{entry.subject}: {entry.text}")
        if entry.kind == "event" and not entry.text.partition(":")[2].strip():
            yield Violation("everything has its reason", entry.at, f"{entry.subject}: {entry.text}")


def counted(record: Record) -> Counter[str]:
    """How often each kind of news was told, for the page of figures."""
    return Counter(str(entry.more.get("detail_type")) for entry in record.run.entries if entry.kind == "event")
