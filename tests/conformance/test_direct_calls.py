"""Calls without HTTP in between: their answers, their errors and what they leave behind are those of the long way."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.moto_api._internal.moto_random import MotoRandom

from rehearsal import moto_handlers
from rehearsal.call_counts import calls
from rehearsal.cloud import Cloud
from rehearsal.patches.state_copies import copied
from tests.conformance.reservations import ENDPOINT_ARN, Reservations
from tests.conformance.sample_app import ROLE, make_function

HANDLER = """
def handler(event, context):
    if event.get("fail"):
        raise ValueError("as asked")
    return {"got": event, "by": context.aws_request_id}
"""
MACHINE = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
ROW: dict[str, Any] = {
    "pk": {"S": "deployment#a"},
    "sk": {"S": "lease"},
    "holder": {"S": "me"},
    "text": {"S": "ü \u2028 = & %"},
    "deep": {"M": {"list": {"L": [{"N": "1.5"}, {"BOOL": False}, {"NULL": True}, {"M": {}}]}}},
}
KEY = {name: ROW[name] for name in ("pk", "sk")}
NAMES = {"#holder": "holder"}
NOT_MINE = {
    "ConditionExpression": "#holder = :holder",
    "ExpressionAttributeNames": NAMES,
    "ExpressionAttributeValues": {":holder": {"S": "you"}},
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
MACHINE_ARN = "arn:aws:states:us-east-1:111122223333:stateMachine:m"
TOPIC_ARN = "arn:aws:sns:us-east-1:111122223333:topic"
ALARM: dict[str, Any] = {
    "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Dimensions": [{"Name": "d", "Value": "v"}],
    "Period": 60, "EvaluationPeriods": 2, "DatapointsToAlarm": 1, "Threshold": 1.5, "Statistic": "Sum",
    "ComparisonOperator": "GreaterThanThreshold", "ActionsEnabled": False, "TreatMissingData": "notBreaching",
}  # fmt: skip
SCHEDULE: dict[str, Any] = {
    "Name": "a.b_c-d", "GroupName": "g", "ScheduleExpression": "at(2026-04-01T00:00:00)",
    "FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "DELETE",
    "Target": {"Arn": "arn:aws:lambda:us-east-1:111122223333:function:f", "RoleArn": ROLE, "Input": '{"a": "ü"}'},
}  # fmt: skip
ENTRY = {"Source": "berth", "DetailType": "Told", "Detail": '{"a": 1}'}

# Each once with success, if it can have it, and with the errors that the service meets.
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dynamodb", "put_item", {"TableName": "t", "Item": ROW}),
    ("dynamodb", "put_item", {"TableName": "t", "Item": ROW, **NOT_MINE}),
    ("dynamodb", "put_item", {"TableName": "t", "Item": {"pk": {"S": "x"}}}),
    ("dynamodb", "put_item", {"TableName": "t", "Item": {**KEY, "raw": {"B": b"\x00\xff"}, "set": {"SS": ["a", "b"]}}}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": KEY, "ConsistentRead": True}),
    ("dynamodb", "put_item", {"TableName": "t", "Item": ROW}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": KEY}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": {**KEY, "sk": {"S": "none"}}}),
    ("dynamodb", "get_item", {"TableName": "none", "Key": KEY}),
    ("dynamodb", "update_item", {"TableName": "t", "Key": KEY, "UpdateExpression": "SET #holder = :h",
                                 "ExpressionAttributeNames": NAMES, "ExpressionAttributeValues": {":h": {"S": "him"}},
                                 "ReturnValues": "ALL_NEW"}),
    ("dynamodb", "update_item", {"TableName": "t", "Key": KEY, "UpdateExpression": "SET #holder = :h",
                                 "ExpressionAttributeNames": NAMES, "ExpressionAttributeValues": {":h": {"S": "her"}}}),
    ("dynamodb", "update_item", {"TableName": "t", "Key": KEY, "UpdateExpression": "SET #holder :h"}),
    ("dynamodb", "put_item", {"TableName": "t", "Item": {**ROW, "sk": {"S": "a"}}}),
    ("dynamodb", "put_item", {"TableName": "t", "Item": {**ROW, "pk": {"S": "other"}}}),
    ("dynamodb", "query", {"TableName": "t", "KeyConditionExpression": "pk = :pk",
                           "ExpressionAttributeValues": {":pk": ROW["pk"]}}),
    ("dynamodb", "query", {"TableName": "t", "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)", "Limit": 1,
                           "ScanIndexForward": False,
                           "ExpressionAttributeValues": {":pk": ROW["pk"], ":sk": {"S": "l"}}}),
    ("dynamodb", "query", {"TableName": "t", "KeyConditionExpression": "pk = :pk", "Limit": 1,
                           "ExpressionAttributeValues": {":pk": ROW["pk"]}}),
    ("dynamodb", "query", {"TableName": "t", "KeyConditionExpression": "pk = :pk",
                           "ExpressionAttributeValues": {":pk": {"S": "nobody"}}}),
    ("dynamodb", "delete_item", {"TableName": "t", "Key": KEY, **NOT_MINE}),
    ("dynamodb", "delete_item", {"TableName": "t", "Key": KEY}),
    ("dynamodb", "scan", {"TableName": "t"}),
    ("events", "put_events", {"Entries": [ENTRY, {**ENTRY, "Detail": "no JSON"}]}),
    ("events", "put_events", {"Entries": [ENTRY] * 11}),
    ("lambda", "invoke", {"FunctionName": "f", "Payload": b'{"a": [1, "\xc3\xbc"]}'}),
    ("lambda", "invoke", {"FunctionName": "f", "Payload": b'{"fail": true}', "LogType": "Tail"}),
    ("lambda", "invoke", {"FunctionName": "f", "Payload": b"{}", "InvocationType": "Event"}),
    ("lambda", "invoke", {"FunctionName": "f", "Payload": "{}", "Qualifier": "$LATEST"}),
    ("lambda", "invoke", {"FunctionName": "f"}),
    ("lambda", "invoke", {"FunctionName": "none", "Payload": b"{}"}),
    ("stepfunctions", "start_execution", {"stateMachineArn": MACHINE_ARN, "name": "n", "input": "{}"}),
    ("stepfunctions", "start_execution", {"stateMachineArn": MACHINE_ARN, "name": "n", "input": '{"b": 1}'}),
    ("stepfunctions", "start_execution", {"stateMachineArn": f"{MACHINE_ARN}x", "input": "{}"}),
    ("stepfunctions", "send_task_success", {"taskToken": "none", "output": "{}"}),
    ("sagemaker", "list_endpoints", {"MaxResults": 100}),
    ("sagemaker", "describe_endpoint", {"EndpointName": "llama"}),
    ("sagemaker", "describe_endpoint", {"EndpointName": "none"}),
    ("sagemaker", "describe_endpoint_config", {"EndpointConfigName": "c1"}),
    ("sagemaker", "list_tags", {"ResourceArn": ENDPOINT_ARN}),
    ("sagemaker", "list_training_plans", {}),
    ("sagemaker", "list_endpoint_configs", {"NameContains": "c"}),
    ("sagemaker", "update_endpoint", {"EndpointName": "llama", "EndpointConfigName": "none"}),
    ("sagemaker", "update_endpoint", {"EndpointName": "_"}),
    ("sagemaker", "delete_endpoint", {"EndpointName": "llama"}),
    ("sns", "publish", {"TopicArn": TOPIC_ARN, "Message": "ü = & % <RequestId>1</RequestId>", "Subject": "s"}),
    ("sns", "publish", {"TopicArn": TOPIC_ARN, "Message": "m",
                        "MessageAttributes": {"a": {"DataType": "String", "StringValue": "b"}}}),
    ("sns", "publish", {"TopicArn": f"{TOPIC_ARN}x", "Message": "m"}),
    ("sns", "publish", {"TopicArn": TOPIC_ARN, "Message": "x" * 300_000}),
    ("cloudwatch", "put_metric_alarm", ALARM),
    ("cloudwatch", "put_metric_alarm", {**ALARM, "AlarmName": "ü", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("cloudwatch", "put_metric_alarm", {**ALARM, "ComparisonOperator": "none"}),
    ("cloudwatch", "describe_alarms", {}),
    ("cloudwatch", "describe_alarms", {"AlarmNames": ["a", "none"]}),
    ("cloudwatch", "describe_alarms", {"AlarmNamePrefix": "ü"}),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["a"]}),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["none"]}),
    ("scheduler", "create_schedule_group", {"Name": "g"}),
    ("scheduler", "create_schedule", SCHEDULE),
    ("scheduler", "create_schedule", SCHEDULE),
    ("scheduler", "create_schedule", {**SCHEDULE, "Name": "b", "ClientToken": "t"}),
    ("scheduler", "create_schedule", {**SCHEDULE, "Name": "c", "ScheduleExpression": "when(I like)"}),
    ("scheduler", "update_schedule", {**SCHEDULE, "ScheduleExpression": "at(2026-05-01T00:00:00)", "ClientToken": "t"}),
    ("scheduler", "list_schedules", {"GroupName": "g"}),
    ("scheduler", "list_schedules", {"GroupName": "g", "NamePrefix": "b", "MaxResults": 1}),
    ("scheduler", "list_schedules", {"GroupName": "g", "MaxResults": 1}),
    ("scheduler", "list_schedules", {"GroupName": "none"}),
    ("scheduler", "get_schedule", {"GroupName": "g", "Name": "a.b_c-d"}),
    ("scheduler", "get_schedule", {"GroupName": "g", "Name": "none"}),
    ("scheduler", "delete_schedule", {"GroupName": "g", "Name": "b", "ClientToken": "t"}),
    ("scheduler", "delete_schedule", {"GroupName": "g", "Name": "b"}),
)  # fmt: skip


def test_answers_and_errors_are_those_of_the_long_way_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    direct = all_calls()
    listen(monkeypatch)
    assert direct == all_calls()


def test_a_fault_a_listener_and_a_handler_of_events_each_get_the_long_way(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answer = moto_handlers.answer

    def noting(service: str, operation: str, *rest: Any) -> Any:
        asked.append(operation)
        return answer(service, operation, *rest)

    monkeypatch.setattr(moto_handlers, "answer", noting)
    client = cloud.client("sagemaker")
    client.list_endpoints()
    assert asked == ["ListEndpoints"]

    seen: list[Any] = []
    client.meta.events.register("before-call.sagemaker", lambda **given: seen.append(given), unique_id="seen")
    client.list_endpoints()
    client.meta.events.unregister("before-call.sagemaker", unique_id="seen")
    assert (len(asked), len(seen)) == (1, 1)
    client.list_endpoints()
    assert (len(asked), len(seen)) == (2, 1)

    cloud.faults.add([{"on": "api:sagemaker.List*", "do": "throttle"}])
    client.list_endpoints()  # people meet no faults
    listen(monkeypatch)
    cloud.faults.clear()
    client.list_endpoints()
    assert len(asked) == 2


@pytest.mark.parametrize("operation", ["list_endpoints", "describe_endpoint"])
def test_a_direct_call_is_counted_once_whether_it_succeeds_or_fails(cloud: Cloud, operation: str) -> None:
    arguments = {"EndpointName": "none"} if operation == "describe_endpoint" else {}

    def task() -> None:
        outcome(lambda: getattr(cloud.client("sagemaker"), operation)(**arguments))

    before = cloud.epoch
    cloud.kernel.spawn(task, "service")
    cloud.advance(seconds=1)
    assert list(calls().values()) == [1]
    assert cloud.epoch == before


def test_a_direct_write_tells_the_cloud(cloud: Cloud) -> None:
    before = cloud.epoch
    cloud.client("events").put_events(Entries=[ENTRY])
    assert cloud.epoch > before


def test_an_item_that_is_too_large_is_refused_and_the_largest_is_not() -> None:
    key = DynamoType({"S": "k"})
    Item(key, None, {"k": {"S": "k"}, "v": {"S": "x" * (405_000 - 3)}})
    with pytest.raises(MockValidationException, match="size"):
        Item(key, None, {"k": {"S": "k"}, "v": {"S": "x" * (405_000 - 2)}})


@pytest.mark.parametrize(("length", "options"), [(52, {}), (7, {"include_digits": False}), (20, {"lower_case": True})])
def test_random_strings_are_those_that_choice_would_draw(length: int, options: dict[str, bool]) -> None:
    pool = string.ascii_letters + (string.digits if options.get("include_digits", True) else "")
    ours, theirs = MotoRandom(1), MotoRandom(1)
    expected = "".join(theirs.choice(pool) for _ in range(length))
    assert ours.get_random_string(length, **options) == (expected.lower() if options.get("lower_case") else expected)
    assert ours.random() == theirs.random()


def test_a_copy_between_states_shares_nothing_that_can_change() -> None:
    original: dict[str, Any] = {"a": [{"b": 1.5}, None, True], "at": {datetime(2026, 3, 1, tzinfo=UTC)}}
    copy = copied(original)
    assert copy == original
    assert copy["a"] is not original["a"]
    assert copy["a"][0] is not original["a"][0]
    assert copy["at"] is not original["at"]


def all_calls() -> list[Any]:
    """Every call's outcome in a new cloud, and what the cloud looks like at the end."""
    cloud = Cloud.start()
    try:
        prepare(cloud)
        outcomes = [ask(cloud, *call) for call in CALLS]
        cloud.advance(seconds=3600)
        return [*outcomes, [entry.as_json() for entry in cloud.timeline], [line.text for line in cloud.lambdas.logs]]
    finally:
        cloud.stop()


def prepare(cloud: Cloud) -> None:
    site = Reservations(cloud)
    site.open()
    site.endpoint()
    make_function(cloud, "f", HANDLER)
    cloud.client("stepfunctions").create_state_machine(name="m", definition=json.dumps(MACHINE), roleArn=ROLE)
    cloud.client("sns").create_topic(Name="topic")
    cloud.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )


def ask(cloud: Cloud, service: str, method: str, arguments: dict[str, Any]) -> Any:
    return outcome(lambda: getattr(cloud.client(service), method)(**arguments))


def outcome(call: Callable[[], Any]) -> Any:
    try:
        answer = call()
    except ClientError as error:
        return type(error).__name__, str(error), error.response
    return {name: value.read() if isinstance(value, StreamingBody) else value for name, value in answer.items()}


def listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stands between botocore and moto sees every call, so that none takes the short way."""
    moto = BotocoreStubber.__call__
    monkeypatch.setattr(BotocoreStubber, "__call__", lambda *args, **kwargs: moto(*args, **kwargs))
