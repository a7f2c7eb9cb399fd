"""When the watch has to be there: what is known beforehand gets a schedule of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from berth_core.facts import PlanSeen, PlanStatus
from berth_core.model import Frozen, Time
from berth_core.naming import short_hash

if TYPE_CHECKING:
    from berth_core.decide.watch import Look

SCHEDULE_PRECISION = timedelta(minutes=1)
"""EventBridge Scheduler fires to the minute, so what is nearer than that fires a little later."""
OVERDUE = timedelta(minutes=2)
"""How soon to look again at a plan that should be open: idle minutes of reserved instances are paid for."""


class Moment(Frozen):
    """A one-time schedule that wakes the watch."""

    name: str
    at: Time


def to_be_scheduled(look: Look, plans: Sequence[PlanSeen]) -> tuple[Moment, ...]:
    """Those that are still to come."""
    return tuple(_in_reach(moment, look.now) for moment in _moments(look, plans) if moment.at > look.now)


def next_moment(look: Look, plans: Sequence[PlanSeen]) -> datetime:
    """The first of them; tomorrow if there is none."""
    later = [moment.at for moment in _moments(look, plans) if moment.at > look.now]
    return min(later, default=look.now + timedelta(days=1))


def _in_reach(moment: Moment, now: datetime) -> Moment:
    """What is too near is put off a little: the next watch comes in five minutes only."""
    if moment.at > now + SCHEDULE_PRECISION:
        return moment
    return moment.model_copy(update={"at": now + 2 * SCHEDULE_PRECISION})


def _moments(look: Look, plans: Sequence[PlanSeen]) -> list[Moment]:
    """Each block's start, lead times and end, and when each deployment asked to be looked at."""
    moments: list[Moment] = []
    for plan in plans:
        for index, block in enumerate(sorted(plan.blocks, key=lambda each: each.starts_at)):
            stem = f"{plan.name[:36]}-{short_hash(plan.name, digits=4)}-b{index}"
            moments.append(Moment(name=f"{stem}-start", at=block.starts_at))
            moments += [
                Moment(name=f"{stem}-lead-{lead}", at=block.ends_at - timedelta(minutes=lead))
                for lead in look.lead_minutes
            ]
            moments.append(Moment(name=f"{stem}-end", at=block.ends_at))
        if plan.status is PlanStatus.SCHEDULED and plan.block_at(look.now) is not None:
            moments.append(
                Moment(name=f"{plan.name[:36]}-{short_hash(plan.name, digits=4)}-late", at=look.now + OVERDUE)
            )
    moments += [Moment(name=f"{each.name}-due", at=each.due_at) for each in look.deployments if each.due_at is not None]
    return moments
