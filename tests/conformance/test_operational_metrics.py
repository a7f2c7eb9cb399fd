"""What functions, machines and queues tell CloudWatch of themselves, and sums of it, as alarms look at it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.machines import Machines
from tests.conformance.sample_app import ROLES_MAY_ALL, invoke, make_function, make_queue, messages

ANY = {
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}
FAILING = "def handler(event, context):\n    if event.get('fail'):\n        raise RuntimeError('no')\n"
COUNTING = """
import json, time

def handler(event, context):
    print("a line that is none {")
    shape = {"Namespace": "Berth", "Dimensions": [["Stack"]], "Metrics": [{"Name": "StuckWaiters", "Unit": "Count"}]}
    about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [shape]}
    print(json.dumps({"_aws": about, "Stack": "s", "StuckWaiters": event["value"]}))
"""


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    running = Cloud.start(ROLES_MAY_ALL.model_copy(update={"operational_metrics": True}))
    yield running
    running.stop()
    assert running.kernel.errors == []


def put_alarm(cloud: Cloud, namespace: str, metric: str, dimension: tuple[str, str], **more: Any) -> None:
    dimensions = [{"Name": dimension[0], "Value": dimension[1]}]
    on = {"Namespace": namespace, "MetricName": metric, "Dimensions": dimensions}
    cloud.client("cloudwatch").put_metric_alarm(AlarmName="a", **{**ANY, **on, **more})


def state(cloud: Cloud) -> str:
    (alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=["a"])["MetricAlarms"]
    return str(alarm["StateValue"])


def states(cloud: Cloud, *moments: float) -> list[str]:
    """After so many more seconds each."""
    found = []
    for seconds in moments:
        cloud.advance(seconds=seconds)
        found.append(state(cloud))
    return found


def test_errors_of_a_function(cloud: Cloud) -> None:
    make_function(cloud, "f", FAILING)
    put_alarm(cloud, "AWS/Lambda", "Errors", ("FunctionName", "f"))
    invoke(cloud, "f", {})
    assert states(cloud, 300) == ["OK"]
    invoke(cloud, "f", {"fail": True})
    assert states(cloud, 300, 300) == ["ALARM", "OK"]


def test_invocations_that_stay_away(cloud: Cloud) -> None:
    make_function(cloud, "f", FAILING)
    silent = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching", "EvaluationPeriods": 2}
    put_alarm(cloud, "AWS/Lambda", "Invocations", ("FunctionName", "f"), **silent)
    invoke(cloud, "f", {})
    assert states(cloud, 300, 300, 300) == ["OK", "OK", "ALARM"]
    invoke(cloud, "f", {})
    assert states(cloud, 300) == ["OK"]


@pytest.mark.parametrize(
    ("more", "state_of_machine", "fires"),
    [
        ({}, {"Type": "Fail"}, True),
        ({"TimeoutSeconds": 5}, {"Type": "Wait", "Seconds": 60, "End": True}, True),
        ({}, {"Type": "Succeed"}, False),
    ],
)
def test_executions_that_fail_or_time_out_are_added_up(
    cloud: Cloud, more: dict[str, Any], state_of_machine: dict[str, Any], fires: bool
) -> None:
    machines = Machines(cloud)
    arn = machines.make({"X": state_of_machine}, **more)
    terms = {"failed": "ExecutionsFailed", "timed_out": "ExecutionsTimedOut"}
    queries = [
        {
            "Id": name,
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/States",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "StateMachineArn", "Value": arn}],
                },
                "Period": 300,
                "Stat": "Sum",
            },
        }
        for name, metric in terms.items()
    ]
    queries.append({"Id": "ended_badly", "Expression": "FILL(failed, 0) + FILL(timed_out, 0)"})
    on = {name: ANY[name] for name in ANY if name not in ("Statistic", "Period")}
    cloud.client("cloudwatch").put_metric_alarm(AlarmName="a", Metrics=queries, **on)
    machines.start(arn)
    assert states(cloud, 300, 300) == ["ALARM" if fires else "OK", "OK"]


def test_messages_that_wait_in_a_queue_until_somebody_empties_it(cloud: Cloud) -> None:
    queue = make_queue(cloud, "dead")
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    put_alarm(cloud, "AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName", "dead"), Statistic="Maximum")
    assert states(cloud, 300) == ["OK"]
    for _ in range(2):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({}))
    assert states(cloud, 300, 86_400) == ["ALARM", "ALARM"]
    assert len(messages(cloud, queue)) == 2
    sqs.purge_queue(QueueUrl=url)
    assert states(cloud, 600) == ["OK"]


def test_a_deleted_message_waits_no_more(cloud: Cloud) -> None:
    make_queue(cloud, "dead")
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    put_alarm(cloud, "AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName", "dead"), Statistic="Maximum")
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert states(cloud, 300) == ["ALARM"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
    assert states(cloud, 600) == ["OK"]


def test_a_line_in_the_embedded_metric_format_is_a_value_of_its_metric(cloud: Cloud) -> None:
    make_function(cloud, "f", COUNTING)
    put_alarm(cloud, "Berth", "StuckWaiters", ("Stack", "s"), Statistic="Maximum", Period=3600)
    invoke(cloud, "f", {"value": 0})
    assert states(cloud, 3600) == ["OK"]
    invoke(cloud, "f", {"value": [0, 2]})
    assert states(cloud, 3600, 3600) == ["ALARM", "OK"]


def test_without_the_setting_nobody_tells_and_no_alarm_changes() -> None:
    cloud = Cloud.start(Settings(enforce_permissions=False))
    make_function(cloud, "f", FAILING)
    put_alarm(cloud, "AWS/Lambda", "Errors", ("FunctionName", "f"))
    invoke(cloud, "f", {"fail": True})
    assert states(cloud, 3600) == ["INSUFFICIENT_DATA"]
    cloud.stop()


def test_a_sum_that_is_not_rehearsed_is_never_evaluated(cloud: Cloud) -> None:
    stat = {
        "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": []},
        "Period": 300,
        "Stat": "Sum",
    }
    queries = [
        {"Id": "m", "ReturnData": False, "MetricStat": stat},
        {"Id": "e", "Expression": "ANOMALY_DETECTION_BAND(m, 2)"},
    ]
    on = {name: ANY[name] for name in ANY if name not in ("Statistic", "Period")}
    cloud.client("cloudwatch").put_metric_alarm(AlarmName="a", Metrics=queries, **on)
    assert states(cloud, 86_400) == ["INSUFFICIENT_DATA"]
