"""When a cron expression is due in its time zone: its last time until a moment, and its first time after one.

A rule is an order about a span of time, not a one-time event, so no change of the clocks may lose one. A time of day
that the clocks jump over counts as by the clock before the jump (02:30 becomes 03:30); one that comes twice counts
once, the first time. EventBridge Scheduler would skip the former (aws-facts 4.7).
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from berth_core.manifest.cron import CronFields, read_cron

LONGEST_SEARCH = timedelta(days=8 * 366)
"""29 February comes again after at most eight years (1896 to 1904, 2096 to 2104)."""
ONE_DAY = timedelta(days=1)


def last_firing(cron: str, timezone: str, now: datetime) -> datetime | None:
    """The latest time at or before `now`, in UTC; None if there was none in the last years."""
    zone = ZoneInfo(timezone)
    return _nearest(cron, zone, now.astimezone(zone).date() + ONE_DAY, -ONE_DAY, now)


def next_firing(cron: str, timezone: str, now: datetime) -> datetime | None:
    """The earliest time after `now`, in UTC; None if there is none in the next years."""
    zone = ZoneInfo(timezone)
    return _nearest(cron, zone, now.astimezone(zone).date() - ONE_DAY, ONE_DAY, now)


def _nearest(cron: str, zone: ZoneInfo, first: date, step: timedelta, now: datetime) -> datetime | None:
    """Day by day away from `now`. A change of the clocks may move a time past its neighbour, even into the next day, so
    the day after the first hit is looked at too."""
    fields = _fields(cron)
    best: datetime | None = None
    for count in range(LONGEST_SEARCH.days):
        hits = _hits(fields, zone, first + count * step, step, now)
        found = best is not None
        best = _nearer(best, hits, step)
        if found:
            return best
    return best


def _nearer(best: datetime | None, hits: list[datetime], step: timedelta) -> datetime | None:
    candidates = [*hits, *([best] if best else [])]
    if not candidates:
        return None
    return max(candidates) if step < timedelta(0) else min(candidates)


def _hits(fields: CronFields, zone: ZoneInfo, day: date, step: timedelta, now: datetime) -> list[datetime]:
    if not _is_due(fields, day):
        return []
    moments = _moments(fields, zone, day)
    return (
        [each for each in moments if each <= now] if step < timedelta(0) else [each for each in moments if each > now]
    )


def _moments(fields: CronFields, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    for hour in fields.hours:
        for minute in fields.minutes:
            yield datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


@lru_cache(maxsize=64)
def _fields(cron: str) -> CronFields:
    return read_cron(cron)


def _is_due(fields: CronFields, day: date) -> bool:
    if day.month not in fields.months or day.year not in fields.years:
        return False
    return _fits_weekday(fields.weekday, day) if fields.day == "?" else _fits_day(fields.day, day)


def _fits_day(wanted: frozenset[int] | str, day: date) -> bool:
    if isinstance(wanted, frozenset):
        return day.day in wanted
    last = calendar.monthrange(day.year, day.month)[1]
    if wanted == "L":
        return day.day == last
    if wanted == "LW":
        return day == _nearest_weekday(day.replace(day=last))
    number = int(wanted.removesuffix("W"))
    return number <= last and day == _nearest_weekday(day.replace(day=number))


def _nearest_weekday(day: date) -> date:
    """Monday to Friday, in the same month: Saturday gives Friday, Sunday Monday, unless the month ends there."""
    moved = day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
    if moved.month == day.month:
        return moved
    return day + timedelta(days={5: 2, 6: -2}[day.weekday()])


def _fits_weekday(wanted: frozenset[int] | str, day: date) -> bool:
    number = day.isoweekday() % 7 + 1
    if isinstance(wanted, frozenset):
        return number in wanted
    if wanted == "L":
        return number == 7
    if wanted.endswith("L"):
        last = calendar.monthrange(day.year, day.month)[1]
        return number == int(wanted[:-1]) and day.day > last - 7
    weekday, _, which = wanted.partition("#")
    return number == int(weekday) and (day.day - 1) // 7 + 1 == int(which)
