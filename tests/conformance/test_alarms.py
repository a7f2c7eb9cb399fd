"""CloudWatch alarms: evaluated on the virtual clock, without a tick, and told as AWS tells them."""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.alarms import foresight
from rehearsal.alarms.datapoints import of_values
from rehearsal.alarms.rules import Rule, State
from rehearsal.alarms.series import PutSeries
from rehearsal.cloud import Cloud
from tests.conformance.reservations import LOAD_SECONDS, UNLOAD_SECONDS, Reservations, day

MINUTE_US = 60_000_000
ALARM = {
    "AlarmName": "too-few",
    "Namespace": "Shop",
    "MetricName": "Sales",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 5.0,
    "ComparisonOperator": "LessThanThreshold",
}


def put_alarm(cloud: Cloud, **more: Any) -> None:
    cloud.client("cloudwatch").put_metric_alarm(**{**ALARM, **more})


def put_value(cloud: Cloud, value: float, at: datetime | None = None, **more: Any) -> None:
    datum = {"MetricName": "Sales", "Value": value, **({"Timestamp": at} if at else {}), **more}
    cloud.client("cloudwatch").put_metric_data(Namespace="Shop", MetricData=[datum])


def state(cloud: Cloud, name: str = "too-few") -> str:
    (alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarm["StateValue"])


def told(cloud: Cloud) -> list[tuple[str, str]]:
    """Minute and second of each change, and the change."""
    return [(f"{e.at:%M:%S}", f"{e.more['before']}-{e.more['status']}") for e in cloud.timeline if e.kind == "alarm"]


# States


def test_a_new_alarm_has_no_data(cloud: Cloud) -> None:
    put_alarm(cloud)
    assert state(cloud) == "INSUFFICIENT_DATA"


def test_a_period_is_judged_when_it_is_over(cloud: Cloud) -> None:
    put_alarm(cloud)
    put_value(cloud, 3)
    cloud.advance(seconds=59)
    assert state(cloud) == "INSUFFICIENT_DATA"
    cloud.advance(seconds=1)
    assert state(cloud) == "ALARM"
    put_value(cloud, 9)
    cloud.advance(seconds=60)
    assert state(cloud) == "OK"
    cloud.advance(seconds=60)
    assert told(cloud) == [
        ("01:00", "INSUFFICIENT_DATA-ALARM"),
        ("02:00", "ALARM-OK"),
        ("03:00", "OK-INSUFFICIENT_DATA"),
    ]


@pytest.mark.parametrize(
    ("treatment", "after"),
    [("missing", "INSUFFICIENT_DATA"), ("notBreaching", "OK"), ("breaching", "ALARM"), ("ignore", "OK")],
)
def test_what_missing_data_means(cloud: Cloud, treatment: str, after: str) -> None:
    put_alarm(cloud, TreatMissingData=treatment)
    put_value(cloud, 9)
    cloud.advance(seconds=60)
    assert state(cloud) == "OK"
    cloud.advance(seconds=86_400)
    assert state(cloud) == after


def test_m_of_n_periods_must_breach(cloud: Cloud) -> None:
    put_alarm(cloud, EvaluationPeriods=3, DatapointsToAlarm=2)
    for value, after in [(1, "OK"), (9, "OK"), (1, "ALARM"), (9, "OK"), (9, "OK"), (1, "OK"), (1, "ALARM")]:
        put_value(cloud, value)
        cloud.advance(seconds=60)
        assert state(cloud) == after


@pytest.mark.parametrize(
    ("statistic", "comparison", "threshold"),
    [
        ("Sum", "GreaterThanOrEqualToThreshold", 9),
        ("Average", "GreaterThanThreshold", 2.9),
        ("Maximum", "LessThanOrEqualToThreshold", 6),
        ("Minimum", "LessThanThreshold", 1.5),
        ("SampleCount", "GreaterThanThreshold", 2),
    ],
)
def test_statistics_and_comparisons(cloud: Cloud, statistic: str, comparison: str, threshold: float) -> None:
    put_alarm(cloud, Statistic=statistic, ComparisonOperator=comparison, Threshold=threshold)
    for value in (1, 2, 6):
        put_value(cloud, value)
    cloud.advance(seconds=60)
    assert state(cloud) == "ALARM"


def test_values_may_come_counted_or_summed_up(cloud: Cloud) -> None:
    put_alarm(cloud, Statistic="SampleCount", ComparisonOperator="GreaterThanThreshold", Threshold=8)
    counted = {"MetricName": "Sales", "Values": [1.0, 2.0], "Counts": [3.0, 2.0]}
    summed = {"SampleCount": 4.0, "Sum": 9.0, "Minimum": 1.0, "Maximum": 3.0}
    data = [counted, {"MetricName": "Sales", "StatisticValues": summed}]
    cloud.client("cloudwatch").put_metric_data(Namespace="Shop", MetricData=data)
    cloud.advance(seconds=60)
    assert state(cloud) == "ALARM"


def test_dimensions_make_another_metric(cloud: Cloud) -> None:
    put_alarm(cloud, Dimensions=[{"Name": "shop", "Value": "a"}])
    put_value(cloud, 1)
    put_value(cloud, 9, Dimensions=[{"Name": "shop", "Value": "a"}])
    cloud.advance(seconds=60)
    assert state(cloud) == "OK"


def test_a_state_that_was_set_by_hand_lasts_until_the_next_evaluation(cloud: Cloud) -> None:
    put_alarm(cloud, TreatMissingData="notBreaching")
    put_value(cloud, 9)
    cloud.advance(seconds=90)
    cloud.client("cloudwatch").set_alarm_state(AlarmName="too-few", StateValue="ALARM", StateReason="drill")
    assert state(cloud) == "ALARM"
    cloud.advance(seconds=30)
    assert state(cloud) == "OK"
    assert told(cloud)[1:] == [("01:30", "OK-ALARM"), ("02:00", "ALARM-OK")]


def test_a_changed_alarm_keeps_its_state_until_it_is_evaluated(cloud: Cloud) -> None:
    put_alarm(cloud)
    put_value(cloud, 1)
    cloud.advance(seconds=60)
    put_alarm(cloud, Threshold=0.5)
    assert state(cloud) == "ALARM"


def test_a_deleted_alarm_is_not_told_of(cloud: Cloud) -> None:
    put_alarm(cloud)
    put_value(cloud, 1)
    cloud.client("cloudwatch").delete_alarms(AlarmNames=["too-few"])
    cloud.advance(seconds=3600)
    assert told(cloud) == []


def test_alarms_on_metrics_that_nobody_emits_stay_as_they_are(cloud: Cloud) -> None:
    put_alarm(cloud, Namespace="AWS/Lambda", MetricName="Errors", TreatMissingData="breaching")
    put_alarm(cloud, AlarmName="other", Namespace="AWS/SageMaker", MetricName="CPUUtilization")
    before = cloud.kernel.jumps
    cloud.advance(seconds=86_400)
    assert (state(cloud), cloud.kernel.jumps - before) == ("INSUFFICIENT_DATA", 1)


# What is told


def test_the_event_of_a_change(cloud: Cloud, put: list[dict[str, Any]]) -> None:
    put_alarm(cloud, AlarmDescription="Too few sales.", Dimensions=[{"Name": "shop", "Value": "a"}])
    put_value(cloud, 3, Dimensions=[{"Name": "shop", "Value": "a"}])
    cloud.advance(seconds=60)
    (event,) = put
    assert event["Source"] == "aws.cloudwatch"
    assert event["DetailType"] == "CloudWatch Alarm State Change"
    assert event["Resources"] == ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:too-few"]
    detail = json.loads(event["Detail"])
    assert detail["alarmName"] == "too-few"
    assert detail["state"]["value"] == "ALARM"
    assert detail["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert detail["state"]["timestamp"] == "2026-03-01T00:01:00.000+0000"
    assert json.loads(detail["state"]["reasonData"])["recentDatapoints"] == [3.0]
    (metric,) = detail["configuration"]["metrics"]
    assert metric["metricStat"] == {
        "metric": {"namespace": "Shop", "name": "Sales", "dimensions": {"shop": "a"}},
        "period": 60,
        "stat": "Sum",
    }


def test_topics_are_told_by_the_state_that_they_are_for(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name="told")["TopicArn"]
    put_alarm(cloud, AlarmActions=[topic], OKActions=[])
    put_value(cloud, 3)
    cloud.advance(seconds=300)
    (message,) = [entry.text for entry in cloud.timeline if entry.kind == "notification"]
    said = json.loads(message)
    assert (said["AlarmName"], said["OldStateValue"], said["NewStateValue"]) == (
        "too-few",
        "INSUFFICIENT_DATA",
        "ALARM",
    )


def test_actions_can_be_switched_off(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name="told")["TopicArn"]
    put_alarm(cloud, AlarmActions=[topic], ActionsEnabled=False)
    put_value(cloud, 3)
    cloud.advance(seconds=60)
    assert [entry for entry in cloud.timeline if entry.kind == "notification"] == []
    assert state(cloud) == "ALARM"


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


@settings(max_examples=40, deadline=None)
@given(
    rule=rules,
    gaps=st.lists(st.integers(1, 200), min_size=2, max_size=8),
    rates=st.lists(st.integers(1, 900), min_size=4, max_size=4),
)
def test_foresight_of_traffic_too(rule: Rule, gaps: list[int], rates: list[int]) -> None:
    from fractions import Fraction

    from rehearsal.alarms.traffic_series import COUNTED, ConcurrencySeries, TrafficSeries
    from rehearsal.streams import Stream

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
