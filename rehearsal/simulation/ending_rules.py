"""Rules about how it ends: like without trouble, and with nothing left over. Each yields what broke it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.simulation.bystanders import STRANGERS_CONFIG
from rehearsal.simulation.record import ABSENT, Record, State, is_still, state_at
from rehearsal.simulation.violations import Violation
from rehearsal.simulation.worlds import World, in_force

SETTLING = timedelta(minutes=10)
LEASE = timedelta(minutes=20)
"""A run that was stopped leaves its lease, which lapses after fifteen minutes, and the watch comes every five."""
RESTING = timedelta(minutes=75)
"""After a failed try the next one waits, for an hour at most."""
STILL = timedelta(minutes=30)
_MOVES = ("Endpoint Deployed", "Handover Completed")
_UNCOMPARABLE = frozenset({"capacity", "updates"})


@dataclass(frozen=True)
class Look:
    """How a deployment's endpoint stood some while after a calm, to be held against the world without trouble."""

    calm: datetime
    at: datetime
    deployment: str
    found: State


def looks(record: Record) -> Iterator[Look]:
    """One a deployment after each spell, where trouble leaves what is right as it was: updates and capacity.

    Nor where a purchase was refused, which it is if nobody knows whether it was made: it is for a person to say.
    The while is ten minutes and the time of a change, with a lease's or a rest's time where a run was stopped or a try
    failed.
    """
    world = record.world
    if world.excuses & _UNCOMPARABLE or world.short_notice or not world.troubles:
        return
    names = [name for name in world.deployments if not _was_refused(record, name)]
    for calm in world.calms:
        at = calm + settling(record, calm)
        if at <= record.run.until:
            yield from (Look(calm, at, name, state_at(record.run, name, at)) for name in names)


def _was_refused(record: Record, name: str) -> bool:
    return any(entry.more.get("detail_type") == "Purchase Refused" for entry in record.events(name))


def ends_as_without_trouble(taken: Iterable[Look], untroubled: Record) -> Iterator[Violation]:
    """A while after each spell of trouble, endpoints stand as they do in the same world without any.

    Compared where the untroubled world stands still from the calm until half an hour after the look: else the two may
    just be minutes apart. Better than without trouble is fine, where one has got a room that another one left late.
    """
    for look in taken:
        wanted = state_at(untroubled.run, look.deployment, look.at)
        if look.at + STILL > untroubled.run.until or look.found == wanted or _is_as_wished(untroubled.world, look):
            continue
        if is_still(untroubled.run, look.deployment, look.calm, look.at + STILL):
            text = f"{look.deployment}: {look.found}, without trouble {wanted}"
            yield Violation("ends as without trouble", look.at, text)


def _is_as_wished(world: World, look: Look) -> bool:
    """On a plan of its manifest, with the model and the instances that it asks for."""
    wish = in_force(world, look.deployment, look.at)
    if wish is None or "model" not in wish:
        return False
    asked, found = wish["reservation"], look.found
    is_served = found.status == "InService" and found.plan in asked["plans"]
    return is_served and (found.model, found.instance_count) == (wish["model"], asked.get("instance_count", 1))


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
    if any(name in leak and _rests(record, name) for name in staying):
        return True
    if leak.startswith(("endpoint ", "one-time schedule ")):
        return any(name in leak and _may_be_there(record, name) for name in staying)
    return leak.startswith("endpoint config") and any(_is_live(record, name, leak) for name in staying)


def _may_be_there(record: Record, name: str) -> bool:
    """A ladder without `delete` ends in an announced failure, and the endpoint stays."""
    told = {entry.more.get("detail_type") for entry in record.events(name)}
    return "Handover Failed" in told


def _rests(record: Record, name: str) -> bool:
    """The last rung was `scale_to_zero`, or a schedule has parked it off its plan, where it costs nothing: it is meant
    to stay, so that a call or the clock can wake it."""
    state = state_at(record.run, name, record.run.until)
    if state.components and state.plan is None and not state.instance_count:
        return True
    told = [entry for entry in record.events(name) if entry.more.get("detail_type") in _MOVES]
    return bool(told) and "scale_to_zero with" in told[-1].text


def _is_live(record: Record, name: str, leak: str) -> bool:
    spans = [span for span in record.run.endpoint_spans if span.endpoint == name and span.end is None]
    return any(leak.endswith(f" {span.config}") for span in spans) and _may_be_there(record, name)


def _was_interrupted(record: Record) -> bool:
    return any(
        entry.kind == "state" and entry.more.get("status") in ("FAILED", "TIMED_OUT", "ABORTED")
        for entry in record.run.entries
    )
