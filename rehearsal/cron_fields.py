"""The fields of an AWS cron expression (EventBridge user guide): numbers, names, ranges, steps, L, W and #."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

CronField = tuple[int, ...]
"""The values at which a field is due, in order."""

_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class ScheduleExpressionError(ValueError):
    """The expression is none that EventBridge takes."""


@dataclass(frozen=True)
class CronDays:
    """Day of month or day of week: exactly one of them is given, the other is a question mark."""

    day_of_month: str
    day_of_week: str

    def in_month(self, year: int, month: int) -> list[int]:
        last = calendar.monthrange(year, month)[1]
        if self.day_of_month != "?":
            return _days_of_month(self.day_of_month, year, month, last)
        return _days_of_week(self.day_of_week, year, month, last)


def number_field(name: str, text: str, low: int, high: int, names: Sequence[str] = ()) -> CronField:
    """Lists, ranges, steps and names. Raises ScheduleExpressionError naming the field."""
    values: set[int] = set()
    for part in text.split(","):
        values.update(_part(name, part, low, high, names))
    return tuple(sorted(values))


def days_field(day_of_month: str, day_of_week: str) -> CronDays:
    """Raises ScheduleExpressionError unless exactly one of the two is a question mark and the other can be read."""
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ScheduleExpressionError("exactly one of day of month and day of week must be ?")
    days = CronDays(day_of_month, day_of_week)
    days.in_month(2024, 1)
    return days


def _part(name: str, part: str, low: int, high: int, names: Sequence[str]) -> range | list[int]:
    base, slash, step_text = part.partition("/")
    step = 1
    if slash:
        if not step_text.isdigit() or int(step_text) < 1:
            raise ScheduleExpressionError(f"{name}: the step in {part!r} must be a whole number above 0")
        step = int(step_text)
    if base == "*":
        return range(low, high + 1, step)
    first, dash, last = base.partition("-")
    begin = _number(name, first, low, high, names)
    end = _number(name, last, low, high, names) if dash else (high if slash else begin)
    if begin <= end:
        return range(begin, end + 1, step)
    return [*range(begin, high + 1), *range(low, end + 1)][::step]


def _number(name: str, text: str, low: int, high: int, names: Sequence[str]) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + 1
    if text.isdigit() and low <= int(text) <= high:
        return int(text)
    also = f" or {names[0]} to {names[-1]}" if names else ""
    raise ScheduleExpressionError(f"{name}: {text!r} must be {low} to {high}{also}")


def _days_of_month(text: str, year: int, month: int, last: int) -> list[int]:
    if text == "L":
        return [last]
    nearest = re.fullmatch(r"(\d{1,2}|L)W", text)
    if nearest is None:
        return [day for day in number_field("day of month", text, 1, 31) if day <= last]
    wanted = last if nearest[1] == "L" else _number("day of month", nearest[1], 1, 31, ())
    return [_nearest_working_day(date(year, month, wanted), last)] if wanted <= last else []


def _nearest_working_day(wanted: date, last: int) -> int:
    """Within the month: the 1st on a Saturday gives Monday the 3rd."""
    weekday = wanted.isoweekday()
    if weekday == 6:
        return wanted.day - 1 if wanted.day > 1 else 3
    if weekday == 7:
        return wanted.day + 1 if wanted.day < last else wanted.day - 2
    return wanted.day


def _days_of_week(text: str, year: int, month: int, last: int) -> list[int]:
    if text.upper() == "L":
        return _all_days(year, month, last, (7,))
    nth = re.fullmatch(r"(\w+)#([1-5])", text)
    if nth is not None:
        days = _all_days(year, month, last, (_weekday(nth[1]),))
        return days[int(nth[2]) - 1 : int(nth[2])]
    final = re.fullmatch(r"(\w+)L", text)
    if final is not None:
        return _all_days(year, month, last, (_weekday(final[1]),))[-1:]
    return _all_days(year, month, last, number_field("day of week", text, 1, 7, _WEEKDAYS))


def _weekday(text: str) -> int:
    return _number("day of week", text, 1, 7, _WEEKDAYS)


def _all_days(year: int, month: int, last: int, weekdays: Sequence[int]) -> list[int]:
    """AWS counts from Sunday, which is 1."""
    return [day for day in range(1, last + 1) if date(year, month, day).isoweekday() % 7 + 1 in weekdays]
