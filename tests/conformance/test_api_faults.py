"""Faults of AWS's APIs strike below the SDK's retries, in each protocol, and calls are counted."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from rehearsal.call_counts import calls, is_read_only
from rehearsal.cloud import Cloud


def as_service(cloud: Cloud, call: Any) -> Any:
    """Make the call as a state machine would: from within a task. Returns its answer or its error."""
    outcome: list[Any] = []

    def task() -> None:
        try:
            outcome.append(call())
        except (ClientError, ReadTimeoutError) as error:
            outcome.append(error)

    cloud.kernel.spawn(task, "service")
    cloud.advance(seconds=600)
    return outcome[0]


CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "sagemaker.ListEndpoints": ("list_endpoints", {}),
    "dynamodb.ListTables": ("list_tables", {}),
    "sqs.ListQueues": ("list_queues", {}),
    "stepfunctions.ListStateMachines": ("list_state_machines", {}),
    "events.ListEventBuses": ("list_event_buses", {}),
    "logs.DescribeLogGroups": ("describe_log_groups", {}),
    "cloudwatch.DescribeAlarms": ("describe_alarms", {}),
    "sns.ListTopics": ("list_topics", {}),
    "iam.ListRoles": ("list_roles", {}),
    "s3.ListBuckets": ("list_buckets", {}),
    "scheduler.ListSchedules": ("list_schedules", {}),
    "lambda.ListFunctions": ("list_functions", {}),
    "sagemaker-runtime.InvokeEndpoint": ("invoke_endpoint", {"EndpointName": "e", "Body": b"{}"}),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_throttled_call_is_a_throttling_exception_in_every_protocol(cloud: Cloud, name: str) -> None:
    service, _ = name.split(".")
    method, arguments = CALLS[name]
    cloud.faults.add([{"on": f"api:{name}", "do": "throttle", "times": 1}])
    error = as_service(cloud, lambda: getattr(cloud.client(service), method)(**arguments))
    assert isinstance(error, ClientError)
    assert error.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"} | (
        {"Type": "Sender"} if service in ("iam", "sns") else {}
    )
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    (entry,) = [entry for entry in cloud.timeline if entry.kind == "fault"]
    assert (entry.subject, entry.text) == (f"api:{name}", "throttled")


def test_the_sdks_own_retries_meet_the_fault_and_get_past_it(cloud: Cloud) -> None:
    client = boto3.client("sqs", config=Config(retries={"mode": "standard", "total_max_attempts": 4}))
    cloud.faults.add([{"on": "api:sqs.CreateQueue", "do": "throttle", "times": 2}])
    begun = cloud.now
    answer = as_service(cloud, lambda: client.create_queue(QueueName="q"))
    assert answer["QueueUrl"].endswith("/q")
    assert calls()["sqs", "CreateQueue"] == 3
    faults = [entry.at for entry in cloud.timeline if entry.kind == "fault"]
    assert faults[0] == begun < faults[1], "the SDK's back-off takes virtual time"


def test_an_error_before_leaves_nothing_done(cloud: Cloud) -> None:
    cloud.faults.add([{"on": "api:sqs.CreateQueue", "do": "error_before", "times": 1}])
    error = as_service(cloud, lambda: cloud.client("sqs").create_queue(QueueName="q"))
    assert error.response["Error"]["Code"] == "InternalFailure"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "QueueUrls" not in cloud.client("sqs").list_queues()


def test_an_error_before_says_what_it_is_told_to_say(cloud: Cloud) -> None:
    fault = {"on": "api:sagemaker.*", "do": "error_before", "code": "ResourceLimitExceeded", "message": "no capacity"}
    cloud.faults.add([fault])
    error = as_service(cloud, lambda: cloud.client("sagemaker").list_endpoints())
    assert error.response["Error"] == {"Code": "ResourceLimitExceeded", "Message": "no capacity"}
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_error_after_does_the_work_and_loses_the_answer(cloud: Cloud) -> None:
    cloud.faults.add([{"on": "api:sqs.CreateQueue", "do": "error_after", "times": 1}])
    error = as_service(cloud, lambda: cloud.client("sqs").create_queue(QueueName="q"))
    assert isinstance(error, ReadTimeoutError)
    assert len(cloud.client("sqs").list_queues()["QueueUrls"]) == 1


def test_an_error_after_with_a_code_is_an_http_500(cloud: Cloud) -> None:
    cloud.faults.add([{"on": "api:sqs.CreateQueue", "do": "error_after", "code": "InternalError", "times": 1}])
    error = as_service(cloud, lambda: cloud.client("sqs").create_queue(QueueName="q"))
    assert error.response["Error"]["Code"] == "InternalError"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert len(cloud.client("sqs").list_queues()["QueueUrls"]) == 1


def test_people_are_spared_and_not_counted(cloud: Cloud) -> None:
    cloud.faults.add([{"on": "api:sqs.*", "do": "throttle"}])
    cloud.client("sqs").create_queue(QueueName="q")
    assert calls() == {}


def test_calls_are_counted_anew_in_each_cloud(cloud: Cloud) -> None:
    as_service(cloud, lambda: cloud.client("sqs").list_queues())
    assert calls() == {("sqs", "ListQueues"): 1}
    Cloud.start().stop()
    assert calls() == {}


def test_writes_touch_the_cloud_and_reads_do_not(cloud: Cloud) -> None:
    epoch = cloud.epoch
    cloud.client("sqs").list_queues()
    assert cloud.epoch == epoch
    cloud.client("sqs").create_queue(QueueName="q")
    assert cloud.epoch > epoch


@pytest.mark.parametrize(
    ("operation", "read_only"),
    [
        ("DescribeEndpoint", True),
        ("ListTrainingPlans", True),
        ("SearchTrainingPlanOfferings", True),
        ("BatchGetItem", True),
        ("HeadObject", True),
        ("InvokeEndpoint", True),
        ("CreateEndpoint", False),
        ("PutItem", False),
        ("SendTaskSuccess", False),
        ("Invoke", False),
    ],
)
def test_what_is_a_read(operation: str, read_only: bool) -> None:
    assert is_read_only(operation) is read_only
