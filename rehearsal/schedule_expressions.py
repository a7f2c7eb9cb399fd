"""at(), rate() and cron() of EventBridge: parsed strictly, and when they are due next, in any IANA time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import dropwhile
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rehearsal.cron_fields import CronDays, CronField, ScheduleExpressionError, days_field, number_field

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_LAST_YEAR = 2199


class Expression(Protocol):
    """When something is due."""

    def next_after(self, moment: datetime, *, zone: tzinfo, anchor: datetime) -> datetime | None:
        """The first due time strictly after `moment`, in UTC; None if there is none. Rates count from `anchor`."""


@dataclass(frozen=True)
class At:
    """One time, on the clock of the zone."""

    local: datetime

    def next_after(self, moment: datetime, *, zone: tzinfo, anchor: datetime) -> datetime | None:
        due = self.local.replace(tzinfo=zone).astimezone(UTC)
        return due if due > moment else None


@dataclass(frozen=True)
class Rate:
    """A fixed interval. A day is 24 hours, whatever the zone's clocks do."""

    every: timedelta

    def next_after(self, moment: datetime, *, zone: tzinfo, anchor: datetime) -> datetime | None:
        if moment < anchor:
            return anchor
        return anchor + ((moment - anchor) // self.every + 1) * self.every


@dataclass(frozen=True)
class Cron:
    """Minutes to years on the clock of the zone. A time that the clocks skip is skipped, a doubled one counts once."""

    minutes: CronField
    hours: CronField
    days: CronDays
    months: CronField
    years: CronField

    def next_after(self, moment: datetime, *, zone: tzinfo, anchor: datetime) -> datetime | None:
        local = moment.astimezone(zone)
        year, month = local.year, local.month
        # Earlier on the clock is earlier in UTC: of a time that comes twice it is the first that counts.
        earliest = (local.day, local.hour, local.minute)
        while year <= _LAST_YEAR:
            if year in self.years and month in self.months:
                due = self._next_in_month(moment, year, month, earliest, zone)
                if due is not None:
                    return due
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            earliest = (1, 0, 0)
        return None

    def _next_in_month(
        self, moment: datetime, year: int, month: int, earliest: tuple[int, int, int], zone: tzinfo
    ) -> datetime | None:
        # Most are due again on the same day, and the rest of the month needs no look then.
        days = (day for day in self.days.in_month(year, month) if day >= earliest[0])
        times = ((day, hour, minute) for day in days for hour in self.hours for minute in self.minutes)
        for day, hour, minute in dropwhile(lambda time: time < earliest, times):
            due = _in_utc(date(year, month, day), hour, minute, zone)
            if due is not None and due > moment:
                return due
        return None


def _in_utc(day: date, hour: int, minute: int, zone: tzinfo) -> datetime | None:
    """None for a time that the zone's clocks skip. Of a time that comes twice, the first (assumption)."""
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    due = local.astimezone(UTC)
    return due if due.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def parse(text: str) -> Expression:
    """Raises ScheduleExpressionError, saying which part is wrong and what it may be."""
    found = re.fullmatch(r"(at|rate|cron)\((.*)\)", text)
    if found is None:
        raise ScheduleExpressionError(f"{text!r} must be at(...), rate(...) or cron(...)")
    kind, inside = found.groups()
    try:
        return {"at": _at, "rate": _rate, "cron": _cron}[kind](inside)
    except ScheduleExpressionError as error:
        raise ScheduleExpressionError(f"{text!r}: {error}") from None


def zone_named(name: str | None) -> ZoneInfo:
    """UTC for none. Raises ScheduleExpressionError for a name that isn't in the IANA list."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleExpressionError(f"time zone {name!r} is not one of IANA's: write UTC or Europe/Berlin") from error


def _at(inside: str) -> Expression:
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", inside) is None:
        raise ScheduleExpressionError("at() takes yyyy-mm-ddThh:mm:ss; the zone has a field of its own")
    try:
        return At(datetime.fromisoformat(inside))
    except ValueError as error:
        raise ScheduleExpressionError(f"at(): {error}") from error


def _rate(inside: str) -> Expression:
    found = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", inside)
    if found is None or int(found[1]) < 1:
        raise ScheduleExpressionError("rate() takes a whole number above 0 and minutes, hours or days: rate(5 minutes)")
    return Rate(int(found[1]) * timedelta(**{f"{found[2]}s": 1}))


def _cron(inside: str) -> Expression:
    fields = inside.split()
    if len(fields) != 6:
        raise ScheduleExpressionError(f"cron() takes 6 fields (minute hour day month weekday year), not {len(fields)}")
    minute, hour, day, month, weekday, year = fields
    return Cron(
        number_field("minute", minute, 0, 59),
        number_field("hour", hour, 0, 23),
        days_field(day, weekday),
        number_field("month", month, 1, 12, _MONTHS),
        number_field("year", year, 1970, _LAST_YEAR),
    )
