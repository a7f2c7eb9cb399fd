"""Points in time as a scenario writes them: ISO, an offset from its start, or an offset from an edge of a plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Edge = Literal["start", "end"]
PlanTimes = Callable[[str, int | None, Edge], datetime]
"""(plan name, block number from 1 or None for the whole plan, edge) -> the time that AWS reports just now."""

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_LENGTH = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_PLAN = re.compile(r"plan (?P<plan>\S+)(?: block (?P<block>[1-9]))? (?P<edge>start|end)(?: (?P<offset>[+-]\S+))?")
_WAY_OUT = (
    "write an ISO time with a zone (2026-03-03T11:30:00Z), an offset from the scenario's start (+2d3h30m), "
    "or an edge of a plan (plan my-plan start +30m, plan my-plan block 2 end -2h)"
)


class Moment(BaseModel):
    """A point in time that is known once the scenario's start, and the plan it names, are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    written: str
    absolute: datetime | None = None
    plan: str | None = None
    block: int | None = None
    edge: Edge = "start"
    offset: timedelta = timedelta()

    def resolve(self, start: datetime, plan_times: PlanTimes) -> datetime:
        """The moment as an aware datetime. Whatever `plan_times` raises for an unknown plan goes through."""
        if self.absolute is not None:
            return self.absolute
        if self.plan is not None:
            return plan_times(self.plan, self.block, self.edge) + self.offset
        return start + self.offset


def parse_length(written: str) -> timedelta:
    """`2d3h30m10s`, in this order, every part optional but not all. Raises ValueError."""
    found = _LENGTH.fullmatch(written)
    if not written or found is None:
        raise ValueError(f"{written!r} is no length of time: write it like 2d3h30m")
    return timedelta(seconds=sum(int(part or 0) * unit for part, (_, unit) in zip(found.groups(), _UNITS, strict=True)))


def parse_moment(written: Any) -> Moment:
    """Raises ValueError with what can be written instead."""
    if isinstance(written, Moment):
        return written
    if isinstance(written, datetime):
        return _absolute(written.isoformat(), written)
    try:
        return _parsed(str(written))
    except ValueError as error:
        raise ValueError(f"{written!r} is no time: {_WAY_OUT}") from error


def _parsed(written: str) -> Moment:
    if written[:1] in ("+", "-"):
        return Moment(written=written, offset=_offset(written))
    if found := _PLAN.fullmatch(written):
        return _from_plan(written, found)
    return _absolute(written, datetime.fromisoformat(written))


def _absolute(written: str, at: datetime) -> Moment:
    if at.tzinfo is None:
        raise ValueError(f"{written!r} has no zone: {_WAY_OUT}")
    return Moment(written=written, absolute=at.astimezone(UTC))


def _from_plan(written: str, found: re.Match[str]) -> Moment:
    block = int(found["block"]) if found["block"] else None
    edge: Edge = "end" if found["edge"] == "end" else "start"
    return Moment(written=written, plan=found["plan"], block=block, edge=edge, offset=_offset(found["offset"] or "+0s"))


def _offset(written: str) -> timedelta:
    length = parse_length(written[1:])
    return -length if written[0] == "-" else length


When = Annotated[Moment, BeforeValidator(parse_moment)]
"""A field of a scenario that holds a point in time."""
