"""The rule about being woken in time: it yields what broke it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.simulation.record import Due, Record
from rehearsal.simulation.violations import Violation

_LATE = timedelta(seconds=90)
_A_MOMENT = timedelta(seconds=1)
_AFTERMATH = timedelta(hours=1)


def woken_when_due(record: Record) -> Iterator[Violation]:
    """Who has asked to be looked at again is, within ninety seconds, by its schedule and not just by the next watch.

    Not held against trouble that has struck within the hour before, and as far as no later decision has another time:
    nor, after a plan's times have moved, a schedule that has moved along. Of two runs in one moment only one can have
    its word recorded last.
    """
    for name in record.world.deployments:
        decided = [due for due in record.dues if due.deployment == name]
        for due, following in itertools.zip_longest(decided, decided[1:]):
            at = _beyond_the_next_watch(due)
            if at is None or (following is not None and following.decided_at <= at + _LATE):
                continue
            if (
                at <= record.run.until - _LATE
                and not _excused(record, due.decided_at, at)
                and not _plan_moved(record, due.decided_at, at)
                and not any(
                    other is not due and abs(other.decided_at - due.decided_at) <= _A_MOMENT for other in decided
                )
            ):
                text = f"{name} was to be looked at, as decided at {due.decided_at:%H:%M:%S}"
                yield Violation("woken when due", at, text)


def _beyond_the_next_watch(due: Due) -> datetime | None:
    """What is nearer than a schedule's precision is left to the next watch."""
    is_far = due.next_at is not None and due.next_at > due.decided_at + timedelta(minutes=6)
    return due.next_at if is_far else None


def _excused(record: Record, decided_at: datetime, due: datetime) -> bool:
    spells = [(trouble.begins_at, trouble.ends_at + _AFTERMATH) for trouble in record.world.troubles]
    return any(begins <= due and ends >= decided_at for begins, ends in spells)


def _plan_moved(record: Record, decided_at: datetime, due: datetime) -> bool:
    return any(
        entry.kind == "state" and "changed from outside" in entry.text and decided_at <= entry.at <= due
        for entry in record.run.entries
    )
