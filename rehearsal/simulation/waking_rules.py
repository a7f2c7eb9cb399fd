"""The rule about being woken in time: it yields what broke it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.simulation.record import Record
from rehearsal.simulation.violations import Violation
from rehearsal.timeline import Entry

_LATE = timedelta(seconds=90)
_AFTERMATH = timedelta(hours=1)


def woken_when_due(record: Record) -> Iterator[Violation]:
    """Who has asked to be looked at again is, within ninety seconds, by its schedule and not just by the next watch.

    Not held against trouble that has struck within the hour before, and as far as no later decision has another time:
    nor, after a plan's times have moved, a schedule that has moved along.
    """
    for name in record.world.deployments:
        decisions = record.decisions(name)
        for decided, following in itertools.zip_longest(decisions, decisions[1:]):
            due = _due(decided)
            if due is None or (following is not None and following.at <= due + _LATE) or due > record.run.until - _LATE:
                continue
            if (
                not _excused(record, decided.at, due)
                and not _plan_moved(record, decided.at, due)
                and not _is_looked_at(record, name, due)
            ):
                yield Violation(
                    "woken when due", due, f"{name} was to be looked at, as decided at {decided.at:%H:%M:%S}"
                )


def _due(decided: Entry) -> datetime | None:
    written = decided.more.get("next_at")
    due = datetime.fromisoformat(str(written)) if written else None
    # What is nearer than a schedule's precision is left to the next watch.
    return due if due is not None and due > decided.at + timedelta(minutes=6) else None


def _excused(record: Record, decided_at: datetime, due: datetime) -> bool:
    spells = [(trouble.begins_at, trouble.ends_at + _AFTERMATH) for trouble in record.world.troubles]
    return any(begins <= due and ends >= decided_at for begins, ends in spells)


def _plan_moved(record: Record, decided_at: datetime, due: datetime) -> bool:
    return any(
        entry.kind == "state" and "changed from outside" in entry.text and decided_at <= entry.at <= due
        for entry in record.run.entries
    )


def _is_looked_at(record: Record, name: str, due: datetime) -> bool:
    return any(
        entry.kind == "state"
        and entry.subject.startswith(f"berth-deployment-reconcile/{name}-")
        and abs(entry.at - due) <= _LATE
        for entry in record.run.entries
    )
