"""The alarms of a rollout: both kinds, those that are there, and no call for none."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from berth_aws import clients
from berth_aws.alarms_seen import alarms_seen
from berth_core.facts import RollbackAlarm


def test_metric_and_composite_alarms_are_seen_with_their_state_and_missing_ones_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """moto makes no composite alarms, so the answer is botocore's: held against CloudWatch's own model."""
    client: Any = boto3.client("cloudwatch", region_name="us-east-1")
    monkeypatch.setattr(clients, "shared", lambda _service: client)
    names = ["errors", "either", "missing"]
    with Stubber(client) as stubber:
        stubber.add_response(
            "describe_alarms",
            {
                "MetricAlarms": [{"AlarmName": "errors", "StateValue": "ALARM"}],
                "CompositeAlarms": [{"AlarmName": "either", "StateValue": "OK"}],
            },
            {"AlarmNames": names, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
        )
        seen = alarms_seen(tuple(names))
    assert seen == (RollbackAlarm(name="either", state="OK"), RollbackAlarm(name="errors", state="ALARM"))


def test_the_state_of_an_alarm_is_the_present_one(aws: None) -> None:
    cloudwatch: Any = clients.shared("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="asked")
    assert alarms_seen(("errors", "missing")) == (RollbackAlarm(name="errors", state="ALARM"),)


def test_without_a_name_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "shared", None)
    assert alarms_seen(()) == ()
