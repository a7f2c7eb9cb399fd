"""CloudWatch alarms: evaluated on the virtual clock, without a tick, and told as AWS tells them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from rehearsal.cloud import Cloud

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


def test_a_change_of_state_has_the_time_of_its_evaluation(cloud: Cloud) -> None:
    put_alarm(cloud)
    put_value(cloud, 3)
    began = cloud.now
    cloud.advance(seconds=3600)
    (alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=["too-few"])["MetricAlarms"]
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    assert alarm["StateUpdatedTimestamp"] == began + timedelta(seconds=120)


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
