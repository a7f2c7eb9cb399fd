"""Dates, times and zones in a manifest."""

import re
import zoneinfo
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from berth_core.manifest.cron import check_cron
from berth_core.model import Time

# pydantic would read a bare number as seconds since 1970, and 20261201 as a day in August 1970.
_STARTS_WITH_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

LAST_YEAR = 2999
"""Python's calendar ends with 9999, and whatever is added to its last day, be it a zone, is an error."""


def starts_with_a_date(given: Any) -> Any:
    """The same value; ValueError for a number, or for text that doesn't begin with year, month and day."""
    if isinstance(given, bool | int | float) or (isinstance(given, str) and not _STARTS_WITH_A_DATE.match(given)):
        raise ValueError("is not a date: write year-month-day, such as 2026-12-01")
    return given


def known_zone(name: str) -> str:
    """The same IANA zone name; ValueError if the time zone database has no such zone."""
    if _is_zone(name):
        return name
    near = get_close_matches(name, sorted(zoneinfo.available_timezones()), n=1)
    hint = f"did you mean {near[0]}?" if near else "write an IANA name, such as Europe/Berlin or UTC"
    raise ValueError(f"is not a time zone: {hint}")


def _in_utc(moment: datetime, info: ValidationInfo) -> datetime:
    # What is in force already is read without a context, and must stay readable.
    if info.context is not None and moment.year > LAST_YEAR:
        raise ValueError(f"is too far away: years go to {LAST_YEAR} here, such as {LAST_YEAR}-12-01T08:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment


def _cron(expression: str) -> str:
    check_cron(expression)
    return expression


def _is_zone(name: str) -> bool:
    # One small file, instead of the whole database, which takes a cold start 80 ms. UTC needs neither. Files of the
    # database that are no zones of IANA's (posixrules, localtime) begin in lower case.
    if name == "UTC":
        return True
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return name[0].isupper()


IsoDate = BeforeValidator(starts_with_a_date)
Moment = Annotated[Time, IsoDate, AfterValidator(_in_utc)]
"""A point in time, always given with its zone: without one, an hour would be lost or won without a word. Kept in UTC,
in which it is told."""

Zone = Annotated[str, AfterValidator(known_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
