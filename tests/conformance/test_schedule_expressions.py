"""When schedules are due: EventBridge's guide on cron, rate and at, and on changing clocks (aws-facts 4.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from rehearsal.cron_fields import ScheduleExpressionError
from rehearsal.schedule_expressions import parse, zone_named

START = datetime(2026, 3, 1, tzinfo=UTC)


def due(text: str, count: int, *, zone: tzinfo = UTC, after: datetime = START, anchor: datetime = START) -> list[str]:
    expression = parse(text)
    found = []
    moment: datetime | None = after
    for _ in range(count):
        assert moment is not None
        moment = expression.next_after(moment, zone=zone, anchor=anchor)
        found.append(f"{moment:%Y-%m-%d %H:%M}" if moment else "never")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(0 12 * * ? *)", ["2026-03-01 12:00", "2026-03-02 12:00"]),
        ("cron(5,35 14 * * ? *)", ["2026-03-01 14:05", "2026-03-01 14:35"]),
        ("cron(15 10 ? * 6L 2026-2027)", ["2026-03-27 10:15", "2026-04-24 10:15"]),
        ("cron(0 10 ? * MON-FRI *)", ["2026-03-02 10:00", "2026-03-03 10:00"]),
        ("cron(0 18 ? * FRI *)", ["2026-03-06 18:00", "2026-03-13 18:00"]),
        ("cron(0 9 ? * 2#1 *)", ["2026-03-02 09:00", "2026-04-06 09:00"]),
        ("cron(0 8 1W * ? *)", ["2026-03-02 08:00", "2026-04-01 08:00"]),
        ("cron(0 8 LW * ? *)", ["2026-03-31 08:00", "2026-04-30 08:00"]),
        ("cron(0 8 L * ? *)", ["2026-03-31 08:00", "2026-04-30 08:00"]),
        ("cron(0 0 31 * ? *)", ["2026-03-31 00:00", "2026-05-31 00:00"]),
        ("cron(0/20 1 * * ? *)", ["2026-03-01 01:00", "2026-03-01 01:20"]),
        ("cron(0 0 ? * SAT-SUN *)", ["2026-03-07 00:00", "2026-03-08 00:00"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("cron(0 0 1 1 ? 2027)", ["2027-01-01 00:00", "never"]),
        ("rate(5 minutes)", ["2026-03-01 00:05", "2026-03-01 00:10"]),
        ("rate(1 hour)", ["2026-03-01 01:00", "2026-03-01 02:00"]),
        ("at(2026-03-01T00:00:01)", ["2026-03-01 00:00", "never"]),
    ],
)
def test_expressions_are_due_when_the_guide_says(text: str, expected: list[str]) -> None:
    assert due(text, 2) == expected


def test_a_rate_counts_from_its_anchor_and_not_from_the_moment_of_asking() -> None:
    later = START + timedelta(minutes=7)
    assert due("rate(5 minutes)", 1, after=later) == ["2026-03-01 00:10"]
    assert due("rate(5 minutes)", 1, after=START, anchor=later) == ["2026-03-01 00:07"]


def test_a_zone_moves_with_its_clocks() -> None:
    before = datetime(2026, 3, 28, tzinfo=UTC)
    assert due("cron(0 7 * * ? *)", 2, zone=zone_named("Europe/Berlin"), after=before) == [
        "2026-03-28 06:00",
        "2026-03-29 05:00",
    ]


def test_a_time_that_the_clocks_skip_in_spring_is_skipped() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("cron(30 2 * * ? *)", 1, zone=zone_named("Europe/Berlin"), after=before) == ["2026-03-30 00:30"]


def test_a_time_that_comes_twice_in_autumn_counts_once() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert due("cron(30 2 * * ? *)", 2, zone=zone_named("Europe/Berlin"), after=before) == [
        "2026-10-25 00:30",
        "2026-10-26 01:30",
    ]


@pytest.mark.parametrize(
    ("text", "zone", "after", "expected"),
    [
        # Spring: the skipped time is skipped, what lies around it is not.
        ("cron(30 2 * * ? *)", "America/New_York", (3, 7, 12), ["2026-03-09 06:30", "2026-03-10 06:30"]),
        ("cron(30 3 * * ? *)", "America/New_York", (3, 7, 12), ["2026-03-08 07:30", "2026-03-09 07:30"]),
        ("cron(0 * * * ? *)", "Europe/Berlin", (3, 28, 23), ["2026-03-29 00:00", "2026-03-29 01:00"]),
        # By half an hour, and on the other half of the globe.
        ("cron(15 2 * * ? *)", "Australia/Lord_Howe", (10, 2, 16), ["2026-10-04 15:15", "2026-10-05 15:15"]),
        # Autumn: once, the first time.
        ("cron(30 1 * * ? *)", "America/New_York", (10, 31, 12), ["2026-11-01 05:30", "2026-11-02 06:30"]),
        ("at(2026-10-25T02:30:00)", "Europe/Berlin", (10, 24, 12), ["2026-10-25 00:30", "never"]),
        # at() in the hour that is skipped: an hour later (an assumption).
        ("at(2026-03-29T02:30:00)", "Europe/Berlin", (3, 28, 12), ["2026-03-29 01:30", "never"]),
        # A rate knows no zone, and zones without changing clocks know no gap.
        ("rate(1 day)", "Europe/Berlin", (3, 28, 12), ["2026-03-29 00:00", "2026-03-30 00:00"]),
        ("cron(30 2 * * ? *)", "Asia/Kolkata", (3, 28, 12), ["2026-03-28 21:00", "2026-03-29 21:00"]),
    ],
)
def test_changing_clocks(text: str, zone: str, after: tuple[int, int, int], expected: list[str]) -> None:
    moment = datetime(2026, *after, tzinfo=UTC)
    assert due(text, len(expected), zone=zone_named(zone), after=moment) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("every 5 minutes", r"at\(\.\.\.\), rate\(\.\.\.\) or cron"),
        ("rate(0 minutes)", "above 0"),
        ("rate(5 fortnights)", "minutes, hours or days"),
        ("cron(0 12 * * ?)", "6 fields"),
        ("cron(0 12 * * * *)", "exactly one"),
        ("cron(0 12 ? * ? *)", "exactly one"),
        ("cron(60 12 * * ? *)", "minute: '60' must be 0 to 59"),
        ("cron(0 12 ? * FOO *)", "SUN to SAT"),
        ("cron(0 12 ? * MON#6 *)", "day of week"),
        ("cron(0/0 12 * * ? *)", "step"),
        ("at(2026-02-30T00:00:00)", "at"),
        ("at(2026-03-01T00:00:00Z)", "field of its own"),
    ],
)
def test_what_eventbridge_would_refuse_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(ScheduleExpressionError, match=why):
        parse(text)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ScheduleExpressionError, match="Mars/Olympus"):
        zone_named("Mars/Olympus")
