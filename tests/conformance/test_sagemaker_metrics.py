"""AWS/SageMaker's metrics as they follow from the traffic, and the foresight that spares a tick a minute."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.alarms import foresight
from rehearsal.alarms.datapoints import of_values
from rehearsal.alarms.rules import Rule, State
from rehearsal.alarms.series import PutSeries
from rehearsal.alarms.traffic_series import COUNTED, ConcurrencySeries, TrafficSeries
from rehearsal.streams import Stream
from tests.conformance.reservations import LOAD_SECONDS, UNLOAD_SECONDS, Reservations, day
from tests.conformance.test_alarms import put_alarm, state, told

# Metrics of SageMaker, from the traffic


@pytest.fixture
def placed(site: Reservations) -> Reservations:
    """Component a with one copy in service, at 12:00."""
    site.component_endpoint()
    site.component()
    site.cloud.advance(seconds=LOAD_SECONDS)
    site.cloud.advance(to=day(3, 12))
    return site


def alarm_on(site: Reservations, metric: str, comparison: str = "GreaterThanOrEqualToThreshold", **more: Any) -> None:
    dimensions = [{"Name": "InferenceComponentName", "Value": "a"}]
    put_alarm(
        site.cloud,
        **{
            "AlarmName": metric,
            "Namespace": "AWS/SageMaker",
            "MetricName": metric,
            "Dimensions": dimensions,
            "Threshold": 1,
            "ComparisonOperator": comparison,
            **more,
        },
    )


def send(site: Reservations, start: datetime, minutes: float, per_minute: float = 60, **more: Any) -> None:
    stream = {"endpoint": "llama", "component": "a", "requests_per_minute": per_minute, **more}
    until = (start + timedelta(minutes=minutes)).isoformat()
    site.cloud.traffic.add({**stream, "from": start.isoformat(), "until": until})


def test_a_refused_request_at_zero_raises_the_alarm_at_its_periods_end(placed: Reservations) -> None:
    placed.copies(0)
    placed.cloud.advance(seconds=UNLOAD_SECONDS)
    alarm_on(placed, "NoCapacityInvocationFailures", Statistic="Maximum", Period=30)
    send(placed, day(3, 14), 1)
    placed.cloud.advance(to=day(3, 16))
    assert told(placed.cloud) == [("00:30", "INSUFFICIENT_DATA-ALARM"), ("01:30", "ALARM-INSUFFICIENT_DATA")]


def test_invocations_of_a_component_can_say_that_it_is_idle(placed: Reservations) -> None:
    alarm_on(
        placed, "Invocations", "LessThanThreshold", EvaluationPeriods=15, TreatMissingData="breaching", Threshold=1
    )
    send(placed, day(3, 12), 60, per_minute=2)
    placed.cloud.advance(to=day(3, 18))
    # What was before the alarm was made counts too.
    assert told(placed.cloud) == [("00:00", "INSUFFICIENT_DATA-ALARM"), ("01:00", "ALARM-OK"), ("15:00", "OK-ALARM")]


def test_errors_count_as_a_share_of_the_requests(placed: Reservations) -> None:
    alarm_on(placed, "Invocation5XXErrors", Statistic="Average", Period=60)
    send(placed, day(10, 10, 50), 20)
    placed.cloud.advance(to=day(10, 11, 30))
    assert told(placed.cloud) == [
        ("51:00", "INSUFFICIENT_DATA-OK"),
        ("01:00", "OK-ALARM"),
        ("11:00", "ALARM-INSUFFICIENT_DATA"),
    ]


def test_a_variants_alarm_counts_the_endpoints_requests(running: Reservations) -> None:
    dimensions = [{"Name": "EndpointName", "Value": "llama"}, {"Name": "VariantName", "Value": "AllTraffic"}]
    alarm_on(running, "Invocations", Dimensions=dimensions, Threshold=60)
    send(running, day(3, 12), 5, component=None)
    running.cloud.advance(to=day(3, 13))
    assert told(running.cloud) == [("01:00", "INSUFFICIENT_DATA-ALARM"), ("06:00", "ALARM-INSUFFICIENT_DATA")]


def test_concurrency_is_rate_times_duration_by_copy(placed: Reservations) -> None:
    alarm_on(placed, "ConcurrentRequestsPerCopy", "GreaterThanThreshold", Statistic="Average", Period=10, Threshold=3.9)
    send(placed, day(3, 12), 10, per_minute=240)
    placed.cloud.advance(to=day(3, 12, 5))
    assert state(placed.cloud, "ConcurrentRequestsPerCopy") == "ALARM"
    placed.copies(2)
    placed.cloud.advance(seconds=LOAD_SECONDS + 10)
    assert state(placed.cloud, "ConcurrentRequestsPerCopy") == "OK"
    placed.copies(0)
    placed.cloud.advance(seconds=UNLOAD_SECONDS + 10)
    assert state(placed.cloud, "ConcurrentRequestsPerCopy") == "INSUFFICIENT_DATA"


def test_two_weeks_of_an_alarm_cost_a_handful_of_timers(placed: Reservations) -> None:
    alarm_on(placed, "Invocations", Period=10, EvaluationPeriods=3)
    send(placed, day(3, 12), 6 * 1440, per_minute=600)
    before = placed.cloud.kernel.jumps
    placed.cloud.advance(to=day(9, 12))
    assert placed.cloud.kernel.jumps - before < 10


# Foresight against looking at every period

_PERIOD = 10


def changes_by_ticking(series: Any, rule: Rule, until_us: int) -> list[tuple[int, State]]:
    found: list[tuple[int, State]] = []
    present: State = "INSUFFICIENT_DATA"
    for end in range(rule.period_us, until_us, rule.period_us):
        state = rule.state(foresight.values(series, rule, end), present)
        if state != present:
            found.append((end, state))
        present = state
    return found


def changes_foreseen(series: Any, rule: Rule, until_us: int) -> list[tuple[int, State]]:
    found: list[tuple[int, State]] = []
    present: State = "INSUFFICIENT_DATA"
    after = 0
    while (upcoming := foresight.next_change(series, rule, present, after)) is not None and upcoming.at_us < until_us:
        if upcoming.state != present:
            found.append((upcoming.at_us, upcoming.state))
        present, after = upcoming.state, upcoming.at_us
    return found


rules = st.builds(
    lambda periods, needed, comparison, threshold, missing, statistic: Rule(
        _PERIOD, periods, min(needed, periods), comparison, threshold, statistic, missing
    ),
    periods=st.integers(1, 4),
    needed=st.integers(1, 4),
    comparison=st.sampled_from(["GreaterThanThreshold", "LessThanThreshold"]),
    threshold=st.integers(0, 4),
    missing=st.sampled_from(["missing", "ignore", "breaching", "notBreaching"]),
    statistic=st.sampled_from(["Sum", "Average", "Maximum"]),
)


@settings(max_examples=300)
@given(rule=rules, points=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 5)), max_size=12))
def test_foresight_finds_the_changes_that_ticking_finds(rule: Rule, points: list[tuple[int, int]]) -> None:
    series = PutSeries()
    for at, value in points:
        series.add(at, of_values(float(value)))
    assert changes_foreseen(series, rule, 1000) == changes_by_ticking(series, rule, 1000)


@settings(max_examples=40)
@given(
    rule=rules,
    gaps=st.lists(st.integers(1, 200), min_size=2, max_size=8),
    rates=st.lists(st.integers(1, 900), min_size=4, max_size=4),
)
def test_foresight_of_traffic_too(rule: Rule, gaps: list[int], rates: list[int]) -> None:
    second = 1_000_000
    rule = Rule(10 * second, *list(vars(rule).values())[1:])
    edges = [each * second for each in itertools.accumulate(gaps)]
    streams = [
        Stream("e", "a", Fraction(rate, 7), start, end, None)
        for rate, start, end in zip(rates, edges, edges[1:], strict=False)
    ]
    until = edges[-1] + 300 * second
    for series in (
        TrafficSeries(streams, COUNTED["Invocations"]),
        ConcurrencySeries(streams, [(edges[0], 1), (edges[-1] - second, 2)], 1.0),
    ):
        assert changes_foreseen(series, rule, until) == changes_by_ticking(series, rule, until)


def test_many_streams_are_foreseen_at_a_bounded_cost(placed: Reservations) -> None:
    for number in range(7 * 24):
        send(placed, day(3, 12) + timedelta(hours=number), 30, per_minute=7)
    alarm_on(placed, "ConcurrentRequestsPerCopy", Period=10, EvaluationPeriods=90, Threshold=1000)
    before = placed.cloud.kernel.jumps
    placed.cloud.advance(to=day(4, 12))
    assert placed.cloud.kernel.jumps - before < 200
