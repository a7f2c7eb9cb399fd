"""The cron expressions of EventBridge Scheduler: six fields, with `?` in exactly one of the two day fields.

Source: EventBridge Scheduler User Guide, "Schedule types". Only the form is read here, never when it is due.
"""

import re
from typing import NamedTuple

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()


class _Field(NamedTuple):
    """One of the six: its bounds, the names that stand for numbers, and the forms only it may have."""

    name: str
    lowest: int
    highest: int
    words: tuple[str, ...] = ()
    extra: str = ""

    def number(self, text: str) -> int | None:
        if text.upper() in self.words:
            return self.words.index(text.upper()) + self.lowest
        if not re.fullmatch(r"[0-9]{1,4}", text):
            return None
        return int(text) if self.lowest <= int(text) <= self.highest else None


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, extra=r"\?|L|LW|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, tuple(_MONTHS)),
    _Field("day of week", 1, 7, tuple(_WEEKDAYS), extra=r"\?|L|[1-7]L|(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]"),
    _Field("year", 1970, 2199),
)


class CronFields(NamedTuple):
    """An expression that `check_cron` passed: each field as its numbers. `day` and `weekday` may be text instead, upper
    case: one of the forms that only they have (L, LW, 15W, 6L, 2#1, ?). Weekdays count from 1, Sunday."""

    minutes: frozenset[int]
    hours: frozenset[int]
    day: frozenset[int] | str
    months: frozenset[int]
    weekday: frozenset[int] | str
    years: frozenset[int]


def read_cron(expression: str) -> CronFields:
    """What a valid expression says."""
    texts = [text.upper() for text in expression.split()]
    minutes, hours, _, months, _, years = (_numbers(field, text) for field, text in zip(_FIELDS, texts, strict=True))
    day, weekday = (
        texts[at] if re.fullmatch(_FIELDS[at].extra, texts[at]) else _numbers(_FIELDS[at], texts[at]) for at in (2, 4)
    )
    return CronFields(minutes, hours, _in_numbers(day), months, _in_numbers(weekday), years)


def _in_numbers(field: frozenset[int] | str) -> frozenset[int] | str:
    """FRI#2 is 6#2."""
    if isinstance(field, frozenset):
        return field
    return re.sub("[A-Z]{3}", lambda found: str(_WEEKDAYS.index(found[0]) + 1), field)


def _numbers(field: _Field, text: str) -> frozenset[int]:
    return frozenset(number for part in text.split(",") for number in _range(field, part))


def _range(field: _Field, part: str) -> range:
    """3, 3-5, *, each with /step; 3/2 means from 3 to the end by 2. Empty for a form of its own, such as LW."""
    span, slash, step = part.partition("/")
    if span == "*":
        return range(field.lowest, field.highest + 1, int(step or 1))
    first, _, last = span.partition("-")
    low = field.number(first)
    high = field.number(last) if last else field.highest if slash else low
    return range(0) if low is None or high is None else range(low, high + 1, int(step or 1))


def check_cron(expression: str) -> None:
    """ValueError says which field is wrong and what it may hold."""
    texts = expression.split()
    if len(texts) != len(_FIELDS):
        raise ValueError(
            f"has {len(texts)} fields instead of 6: minutes, hours, day of month, month, day of week, year "
            "(without the word cron), such as 0 18 ? * FRI *"
        )
    for field, text in zip(_FIELDS, texts, strict=True):
        if not _fits(field, text):
            raise ValueError(f"has {text!r} as its {field.name}: allowed are {_allowed(field)}")
    if (texts[2] == "?") == (texts[4] == "?"):
        raise ValueError("must have ? in exactly one of its day of month and day of week, such as 0 18 ? * FRI *")


def _fits(field: _Field, text: str) -> bool:
    if field.extra and re.fullmatch(field.extra, text, re.IGNORECASE):
        return True
    return all(_part_fits(field, part) for part in text.split(","))


def _part_fits(field: _Field, part: str) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (re.fullmatch(r"[0-9]{1,4}", step) and int(step) >= 1):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    if not dash:
        return field.number(first) is not None
    low, high = field.number(first), field.number(last)
    return low is not None and high is not None and low <= high


def _allowed(field: _Field) -> str:
    words = f" or {field.words[0]} to {field.words[-1]}" if field.words else ""
    question = ", or ?" if field.extra else ""
    return f"{field.lowest} to {field.highest}{words}, lists (1,2), ranges (1-3), steps (*/2) and *{question}"
