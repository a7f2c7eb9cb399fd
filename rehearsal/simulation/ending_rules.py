"""Rules about how it ends: like without trouble, and with nothing left over. Each yields what broke it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.simulation.drawing import STRANGERS_CONFIG
from rehearsal.simulation.record import ABSENT, Record, is_still, state_at
from rehearsal.simulation.violations import Violation

SETTLING = timedelta(minutes=10)
LEASE = timedelta(minutes=20)
"""A run that was stopped leaves its lease, which lapses after fifteen minutes, and the watch comes every five."""
RESTING = timedelta(minutes=75)
"""After a failed try the next one waits, for an hour at most."""
STILL = timedelta(minutes=30)
_UNCOMPARABLE = frozenset({"capacity", "updates"})


def can_be_compared(record: Record) -> bool:
    """Whether the world has trouble that leaves what is right as it was."""
    world = record.world
    return bool(world.troubles) and not world.excuses & _UNCOMPARABLE and not world.short_notice


def ends_as_without_trouble(record: Record, untroubled: Record) -> Iterator[Violation]:
    """A while after each spell of trouble, endpoints stand as they do in the same world without any.

    Compared where the untroubled world stands still from the calm until half an hour after the look: else the two may
    just be minutes apart. The while is ten minutes and the time of a change, with a lease's or a rest's time where a
    run was stopped or a try failed. Trouble that changes what is right (no capacity, a failed update) is not compared.
    """
    if not can_be_compared(record):
        return
    for calm in record.world.calms:
        look = calm + settling(record, calm)
        if look + STILL > record.run.until:
            continue
        for name in record.world.deployments:
            wanted = state_at(untroubled.run, name, look)
            if not is_still(untroubled.run, name, calm, look + STILL):
                continue
            found = state_at(record.run, name, look)
            if found != wanted:
                yield Violation("ends as without trouble", look, f"{name}: {found}, without trouble {wanted}")


def settling(record: Record, calm: datetime) -> timedelta:
    before = [trouble for trouble in record.world.troubles if trouble.begins_at <= calm]
    settle = SETTLING + record.world.slowest
    if any("runs" in trouble.excuses for trouble in before) or _runs_failed(record, calm):
        settle += LEASE
    if _tries_failed(record, calm):
        settle += RESTING
    return settle


def _runs_failed(record: Record, calm: datetime) -> bool:
    return any(
        entry.kind == "state"
        and entry.more.get("status") in ("FAILED", "TIMED_OUT", "ABORTED")
        and timedelta(0) <= calm - entry.at <= timedelta(hours=2)
        for entry in record.run.entries
    )


def _tries_failed(record: Record, calm: datetime) -> bool:
    waits = ("BackingOff", "GaveUp", "Circling")
    return any(
        entry.kind == "decision" and entry.more.get("code") in waits and entry.at <= calm + timedelta(hours=1)
        for entry in record.run.entries
    )


def nothing_leaks(record: Record) -> Iterator[Violation]:
    """Nothing is left over: no waiter, lease, run, schedule or task, and no config or endpoint unless one may stay."""
    for leak in record.run.leaks:
        if not _may_stay(record, leak):
            yield Violation("nothing leaks", record.run.until, leak)


def _may_stay(record: Record, leak: str) -> bool:
    stopped = "runs" in record.world.excuses or _was_interrupted(record)
    if leak.startswith(("waiter for", "lease of")):
        # They lapse by themselves: the table forgets the one, and nobody heeds the other.
        return stopped
    if " messages in " in leak:
        return bool(record.world.troubles)
    if leak.endswith(f" {STRANGERS_CONFIG}"):
        return True
    staying = [name for name in record.world.deployments if state_at(record.run, name, record.run.until) != ABSENT]
    if leak.startswith(("endpoint ", "one-time schedule ")):
        return any(name in leak and _may_be_there(record, name) for name in staying)
    return leak.startswith("endpoint config") and any(_is_live(record, name, leak) for name in staying)


def _may_be_there(record: Record, name: str) -> bool:
    """A ladder without `delete` ends in an announced failure, and the endpoint stays."""
    told = {entry.more.get("detail_type") for entry in record.events(name)}
    return "Handover Failed" in told


def _is_live(record: Record, name: str, leak: str) -> bool:
    spans = [span for span in record.run.endpoint_spans if span.endpoint == name and span.end is None]
    return any(leak.endswith(f" {span.config}") for span in spans) and _may_be_there(record, name)


def _was_interrupted(record: Record) -> bool:
    return any(
        entry.kind == "state" and entry.more.get("status") in ("FAILED", "TIMED_OUT", "ABORTED")
        for entry in record.run.entries
    )
