"""Steady streams: every request counted, none of them an event of its own."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.cloud import Cloud
from rehearsal.streams import Stream, microseconds
from tests.conformance.reservations import BLUE_GREEN_SECONDS, END, LAUNCH_SECONDS, ROLE, Reservations, day

GOOD = {
    "endpoint": "llama",
    "requests_per_minute": 60,
    "from": "2026-03-04T00:00:00Z",
    "until": "2026-03-05T00:00:00Z",
}
EXPIRED = "ModelError: Endpoint capacity reservation has expired. Please update endpoint configuration."


@pytest.fixture
def site(cloud: Cloud) -> Reservations:
    opened = Reservations(cloud)
    opened.open()
    return opened


def stream(site: Reservations, start: datetime, until: datetime, per_minute: float = 60, **more: Any) -> None:
    body = {"endpoint": "llama", "requests_per_minute": per_minute, "from": start.isoformat()}
    site.cloud.traffic.add({**body, "until": until.isoformat(), **more})


def counts(site: Reservations) -> tuple[int, int]:
    report = site.cloud.traffic.report()["llama"]
    assert len(report["failures"]) == min(report["failed"], 10_000)
    return report["served"], report["failed"]


def test_requests_are_counted_as_served_while_the_endpoint_is_in_service(site: Reservations) -> None:
    site.endpoint()
    stream(site, day(3, 12), day(3, 13))
    site.cloud.advance(to=day(3, 12, 30))
    assert counts(site) == (1800, 0)
    site.cloud.advance(to=day(4))
    assert counts(site) == (3600, 0)


def test_request_k_is_made_k_intervals_after_the_start(site: Reservations) -> None:
    stream(site, day(3, 12), day(3, 12, 2), per_minute=1.5)
    site.cloud.advance(to=day(3, 13))
    failures = site.cloud.traffic.report()["llama"]["failures"]
    assert [each["at"] for each in failures] == [
        "2026-03-03T12:00:00.000Z",
        "2026-03-03T12:00:40.000Z",
        "2026-03-03T12:01:20.000Z",
    ]
    assert failures[0]["error"] == "ValidationError: Endpoint llama of account 111122223333 not found."


def test_requests_fail_from_the_reclaim_until_the_endpoint_is_updated(site: Reservations) -> None:
    site.endpoint()
    stream(site, day(10, 10, 59), END + timedelta(hours=1))
    site.cloud.advance(to=END + timedelta(minutes=30))
    assert counts(site) == (60, 3600)
    site.config("od", plan=None)
    site.update("od")
    site.cloud.advance(to=END + timedelta(hours=1))
    failed = 3600 + int(LAUNCH_SECONDS) + 1
    assert counts(site) == (91 * 60 - failed, failed)
    assert site.cloud.traffic.report()["llama"]["failures"][0] == {"at": "2026-03-10T11:00:00.000Z", "error": EXPIRED}


def test_an_update_with_room_loses_no_request(site: Reservations) -> None:
    site.endpoint()
    stream(site, day(3, 11, 40), day(3, 12, 40), per_minute=6000)
    site.config("c2", model="m2")
    site.update("c2")
    site.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    site.scale(2)
    site.cloud.advance(to=day(4))
    assert counts(site) == (360_000, 0)


def test_the_timeline_tells_the_first_failure_and_the_recovery_with_the_count(site: Reservations) -> None:
    site.endpoint()
    stream(site, day(10, 10, 59), END + timedelta(hours=2), per_minute=2)
    site.cloud.advance(to=END + timedelta(hours=1))
    site.config("od", plan=None)
    site.update("od")
    site.cloud.advance(seconds=600)
    assert site.told("request") == [
        ("10 11:00", f"requests fail: {EXPIRED}"),
        ("10 12:34", "requests are served again, 189 failed"),
    ]


def test_a_stream_that_ends_failing_tells_so(site: Reservations) -> None:
    stream(site, day(3, 12), day(3, 13))
    site.cloud.advance(to=day(4))
    assert site.told("request")[-1] == ("03 13:00", "the stream has ended, its last 3600 requests failed")


def test_a_start_that_has_passed_means_now(site: Reservations) -> None:
    site.endpoint()
    now = site.cloud.now
    stream(site, now - timedelta(days=1), now + timedelta(minutes=1))
    site.cloud.advance(seconds=60)
    assert counts(site) == (60, 0)


def test_several_streams_of_an_endpoint_add_up(site: Reservations) -> None:
    site.endpoint()
    for _ in range(2):
        stream(site, day(3, 12), day(3, 13))
    site.cloud.advance(to=day(4))
    assert counts(site) == (7200, 0)


def test_the_first_failure_of_an_endpoint_is_the_first_of_its_report(site: Reservations) -> None:
    site.endpoint()
    stream(site, day(10, 10, 30), day(10, 12, 30), per_minute=7)
    stream(site, day(4, 10), day(4, 11), endpoint="nobody")
    stream(site, day(10, 10, 59), day(10, 12), per_minute=60)
    stream(site, day(4, 9), day(4, 10), endpoint="nobody")
    site.cloud.advance(to=day(11))
    report = site.cloud.traffic.report()
    listed = [(endpoint, counted["failures"][0]) for endpoint, counted in report.items()]
    assert list(site.cloud.traffic.first_failures().items()) == listed
    assert [endpoint for endpoint, _ in listed] == ["llama", "nobody"]


def test_the_hours_of_the_report_add_up(site: Reservations) -> None:
    site.endpoint()
    stream(site, day(10, 10, 30), day(10, 12, 30), per_minute=7)
    site.cloud.advance(to=day(11))
    hours = [(hour.at.hour, hour.served, hour.failed) for hour in site.cloud.traffic.hours()]
    assert hours == [(10, 210, 0), (11, 0, 420), (12, 0, 210)]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"until": "2026-03-01T00:00:00Z"}, "until"),
        ({"until": "2026-03-03T11:00:00Z", "from": "2026-03-03T10:00:00Z"}, "has passed"),
        ({"from": "soon"}, "from"),
        ({"rate": 1}, "rate"),
    ],
)
def test_a_wrong_stream_is_refused_with_the_name_of_its_field(
    site: Reservations, wrong: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        site.cloud.traffic.add({**GOOD, **wrong})


def test_weeks_of_traffic_cost_a_handful_of_timers(site: Reservations) -> None:
    site.endpoint()
    stream(site, day(3, 12), day(30), per_minute=100_000)
    before = site.cloud.kernel.jumps
    site.cloud.advance(to=day(30))
    assert site.cloud.kernel.jumps - before < 10
    assert sum(counts(site)) == 100_000 * (27 * 1440 - 30)


@settings(max_examples=200)
@given(
    per_minute=st.floats(min_value=0.01, max_value=1000),
    length_us=st.integers(min_value=1, max_value=10**11),
    cuts=st.lists(st.integers(min_value=0, max_value=10**11), max_size=5),
)
def test_counting_in_pieces_counts_each_request_once(per_minute: float, length_us: int, cuts: list[int]) -> None:
    start_us = microseconds(datetime(2026, 3, 1, tzinfo=UTC))
    running = Stream("e", None, Fraction(str(per_minute)), start_us, start_us + length_us, None)
    for number, cut in enumerate(sorted(cuts)):
        running.error = f"error {number}"
        running.count(start_us + cut)
    running.count(start_us + length_us)
    assert sum(span.last - span.first for span in running.spans) == running.made_before(start_us + length_us)
    last = running.counted - 1
    assert running.time_us(last) <= start_us + length_us
    assert running.time_us(last + 1) >= start_us + length_us


def test_a_stream_meets_what_the_model_s_container_answers(site: Reservations) -> None:
    broken = {"Image": "image", "Environment": {"REHEARSAL_STATUS": "500", "REHEARSAL_ANSWER": "out of memory"}}
    site.sagemaker.create_model(ModelName="broken", ExecutionRoleArn=ROLE, PrimaryContainer=broken)
    site.config("c1", model="m1")
    site.endpoint()
    stream(site, day(3, 12), day(3, 13))
    site.cloud.advance(to=day(3, 12))
    site.config("c2", model="broken")
    site.update("c2")
    site.cloud.advance(to=day(3, 13))
    served, failed = counts(site)
    assert served == math.ceil(LAUNCH_SECONDS)
    assert failed == 3600 - served
    failure = site.cloud.traffic.report()["llama"]["failures"][0]
    assert failure["error"] == 'ModelError: Received server error (500) from primary with message "out of memory".'
