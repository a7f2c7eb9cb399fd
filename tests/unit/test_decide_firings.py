"""When a rule was last due and when it is next: every form, every zone, both changes of the clocks."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.decide.firings import last_firing, next_firing

DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "now", "last", "following"),
    [
        ("0 18 ? * FRI *", "2026-03-07 12:00", "2026-03-06 18:00", "2026-03-13 18:00"),
        ("0 18 ? * FRI *", "2026-03-06 18:00", "2026-03-06 18:00", "2026-03-13 18:00"),
        ("0 18 ? * FRI *", "2026-03-06 17:59", "2026-02-27 18:00", "2026-03-06 18:00"),
        ("0 8-10/2 ? * MON-FRI *", "2026-03-06 09:00", "2026-03-06 08:00", "2026-03-06 10:00"),
        ("0/20 7 * * ? *", "2026-03-06 07:30", "2026-03-06 07:20", "2026-03-06 07:40"),
        ("0,30 */12 * * ? *", "2026-03-06 11:00", "2026-03-06 00:30", "2026-03-06 12:00"),
        ("0 6 1 JAN ? *", "2026-03-06 07:30", "2026-01-01 06:00", "2027-01-01 06:00"),
        ("0 6 L * ? *", "2026-03-06 07:30", "2026-02-28 06:00", "2026-03-31 06:00"),
        ("0 6 LW * ? *", "2026-02-20 00:00", "2026-01-30 06:00", "2026-02-27 06:00"),
        ("0 6 15W * ? *", "2026-03-20 00:00", "2026-03-16 06:00", "2026-04-15 06:00"),
        ("0 6 1W * ? *", "2026-08-10 00:00", "2026-08-03 06:00", "2026-09-01 06:00"),
        ("0 6 31W * ? *", "2026-06-10 00:00", "2026-05-29 06:00", "2026-07-31 06:00"),
        ("0 6 14W * ? *", "2026-03-20 00:00", "2026-03-13 06:00", "2026-04-14 06:00"),
        ("0 6 ? * L *", "2026-03-06 00:00", "2026-02-28 06:00", "2026-03-07 06:00"),
        ("0 6 ? * 6L *", "2026-03-06 00:00", "2026-02-27 06:00", "2026-03-27 06:00"),
        ("0 6 ? * FRI#2 *", "2026-03-06 00:00", "2026-02-13 06:00", "2026-03-13 06:00"),
        ("0 6 ? * mon#1 *", "2026-03-06 00:00", "2026-03-02 06:00", "2026-04-06 06:00"),
        ("0 6 ? * SUN *", "2026-03-06 00:00", "2026-03-01 06:00", "2026-03-08 06:00"),
        ("0 6 ? * SUN#2 *", "2026-03-09 00:00", "2026-03-08 06:00", "2026-04-12 06:00"),
        ("0 6 ? * SAT#2 *", "2026-03-09 00:00", "2026-02-14 06:00", "2026-03-14 06:00"),
        ("0 6 ? * 7L *", "2026-01-25 00:00", "2025-12-27 06:00", "2026-01-31 06:00"),
        ("0 6 ? * 1L *", "2026-01-26 00:00", "2026-01-25 06:00", "2026-02-22 06:00"),
        ("0 6 29 2 ? *", "2026-03-06 00:00", "2024-02-29 06:00", "2028-02-29 06:00"),
        ("0 6 1 1 ? 2027-2029", "2026-03-06 00:00", None, "2027-01-01 06:00"),
        ("0 6 1 1 ? 2020", "2026-03-06 00:00", "2020-01-01 06:00", None),
    ],
)
def test_every_form_in_utc(cron: str, now: str, last: str | None, following: str | None) -> None:
    assert last_firing(cron, "UTC", at(now)) == (at(last) if last else None)
    assert next_firing(cron, "UTC", at(now)) == (at(following) if following else None)


@pytest.mark.parametrize(
    ("cron", "zone", "now", "last"),
    [
        ("0 18 ? * FRI *", "Europe/Berlin", "2026-03-07 00:00", "2026-03-06 17:00"),
        ("0 18 ? * FRI *", "Europe/Berlin", "2026-04-04 00:00", "2026-04-03 16:00"),
        # 02:30 is jumped over on 29 March: by the clock before the jump it is 03:30.
        ("30 2 * * ? *", "Europe/Berlin", "2026-03-29 12:00", "2026-03-29 01:30"),
        # and comes twice on 25 October: the first counts.
        ("30 2 * * ? *", "Europe/Berlin", "2026-10-25 12:00", "2026-10-25 00:30"),
        ("30 2 * * ? *", "Europe/Berlin", "2026-10-25 01:30", "2026-10-25 00:30"),
        # Half an hour is jumped over here.
        ("15 2 * * ? *", "Australia/Lord_Howe", "2026-10-04 12:00", "2026-10-03 15:45"),
        # A day that was never lived in Samoa: 30 December 2011 is the 31st.
        ("0 9 30 12 ? 2011", "Pacific/Apia", "2012-01-10 00:00", "2011-12-30 19:00"),
        # An earlier time of day that the jump moves past a later one.
        ("45 2 * * ? *", "Europe/Berlin", "2026-03-29 01:40", "2026-03-28 01:45"),
    ],
)
def test_in_its_zone(cron: str, zone: str, now: str, last: str) -> None:
    found = last_firing(cron, zone, at(now))
    assert found == at(last)
    assert found.tzinfo is UTC


def changes_of(zone: ZoneInfo, year: int) -> list[datetime]:
    """The moments, to the minute, at which a zone's offset changes within the year."""
    found: list[datetime] = []
    day = datetime(year, 1, 1, tzinfo=UTC)
    for _ in range(366):
        if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset():
            low, high = day, day + DAY
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        day += DAY
    return found


@pytest.mark.parametrize("name", sorted(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"}))
def test_over_every_change_of_every_zone_no_day_is_lost_and_none_counts_twice(name: str) -> None:
    zone = ZoneInfo(name)
    for change in changes_of(zone, 2026):
        minute = change.astimezone(zone) - timedelta(minutes=30)
        cron = f"{minute.minute} {minute.hour} * * ? *"
        fired = [last_firing(cron, name, change - 3 * DAY)]
        for _ in range(6):
            assert fired[-1] is not None
            fired.append(next_firing(cron, name, fired[-1]))
            assert fired[-1] is not None
            assert last_firing(cron, name, fired[-1] - timedelta(seconds=1)) == fired[-2]
        lengths = [later - earlier for earlier, later in pairwise(each for each in fired if each)]
        assert sum(lengths, timedelta(0)) > 3 * DAY
        assert DAY - timedelta(hours=3) < min(lengths) <= max(lengths) < DAY + timedelta(hours=3)


@given(
    st.sampled_from(["0 18 ? * FRI *", "30 2 * * ? *", "*/7 1-3 ? * SUN,MON *", "0 0 L * ? *", "15 2 1W 3,10 ? *"]),
    st.sampled_from(["Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Gaza", "UTC"]),
    st.integers(0, 5 * 365 * 24 * 60),
)
def test_last_and_next_enclose_now_and_agree(cron: str, zone: str, minutes: int) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    last, following = last_firing(cron, zone, now), next_firing(cron, zone, now)
    assert last is not None
    assert following is not None
    assert last <= now < following
    assert next_firing(cron, zone, last) == following
    assert last_firing(cron, zone, following) == following
