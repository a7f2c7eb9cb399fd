"""When copies come and go: cron expressions and time zones."""

from typing import Any

import pytest
from pydantic import ValidationError

from berth_core.manifest.scaling import ScheduleRule


def rule(cron: str = "0 7 ? * MON *", timezone: str = "UTC") -> ScheduleRule:
    return ScheduleRule(cron=cron, timezone=timezone, copies=1)


def fault(**over: str) -> tuple[Any, str]:
    """The one fault of a rule: its key and what is said of it."""
    with pytest.raises(ValidationError) as refused:
        rule(**over)
    (finding,) = refused.value.errors()
    return finding["loc"], finding["msg"]


# --- cron -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "0 18 ? * FRI *",
        "0 7 ? * MON-FRI *",
        "0,30 8-18/2 1,15 JAN-MAR ? 2026-2030",
        "*/5 * * * ? *",
        "0 12 L * ? *",
        "0 12 15W * ? *",
        "0 12 ? * 6L *",
        "0 12 ? * fri#2 *",
        "0  7  ?  *  MON  *",
    ],
)
def test_takes_a_cron_expression_of_scheduler(expression: str) -> None:
    assert rule(cron=expression).cron == expression


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 18 * * FRI *", "must have ? in exactly one"),
        ("0 18 ? * ? *", "must have ? in exactly one"),
        ("0 18 * * 5", "has 5 fields instead of 6"),
        ("cron(0 18 ? * FRI *)", "has 'cron(0' as its minutes"),
        ("60 18 ? * FRI *", "has '60' as its minutes: allowed are 0 to 59"),
        ("0 24 ? * FRI *", "has '24' as its hours"),
        ("0 18 32 * ? *", "has '32' as its day of month"),
        ("0 18 1 13 ? *", "has '13' as its month: allowed are 1 to 12 or JAN to DEC"),
        ("0 18 ? * 0 *", "has '0' as its day of week: allowed are 1 to 7 or SUN to SAT"),
        ("0 18 ? * FRI#6 *", "day of week"),
        ("0 18 ? * FRI 1969", "year"),
        ("0 18-8 ? * FRI *", "has '18-8' as its hours"),
        ("*/0 18 ? * FRI *", "has '*/0' as its minutes"),
        ("? 18 ? * FRI *", "has '?' as its minutes"),
        ("", "has 0 fields"),
    ],
)
def test_refuses_a_cron_expression(expression: str, words: str) -> None:
    place, message = fault(cron=expression)
    assert place == ("cron",)
    assert words in message


# --- zones ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+8"])
def test_takes_a_zone(zone: str) -> None:
    assert rule(timezone=zone).timezone == zone


@pytest.mark.parametrize(
    "zone", ["", "Europe", "CEST", "europe/berlin", "../../etc/passwd", "/etc/localtime", "posixrules", "x\0"]
)
def test_refuses_a_zone(zone: str) -> None:
    place, message = fault(timezone=zone)
    assert place == ("timezone",)
    assert "is not a time zone" in message
