"""EventBridge: what PutEvents answers, who gets an event in what shape, and what becomes of one that nobody takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.delivery.shaping import shape
from tests.conformance.sample_app import deploy_sample, make_function, make_queue, messages

EVENT: dict[str, Any] = {
    "id": "1",
    "detail-type": "Order Placed",
    "source": "shop",
    "time": "2026-03-01T00:00:00Z",
    "resources": [],
    "detail": {"who": 'Ann "the first"', "count": 3, "items": [{"name": "a"}], "none": None},
}


def transformer(template: str, **paths: str) -> dict[str, Any]:
    return {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}


def put(cloud: Cloud, detail_type: str = "Order Placed", bus: str = "default", **detail: Any) -> dict[str, Any]:
    entry = {"Source": "shop", "DetailType": detail_type, "Detail": json.dumps(detail), "EventBusName": bus}
    answer: dict[str, Any] = cloud.client("events").put_events(Entries=[entry])
    cloud.kernel.settle()
    return answer


def to_queue(cloud: Cloud, pattern: dict[str, Any] | None = None, **target: Any) -> str:
    """A rule with a queue behind it. Returns the queue's ARN."""
    queue = make_queue(cloud, "target")
    events = cloud.client("events")
    events.put_rule(Name="rule", EventPattern=json.dumps(pattern or {"source": ["shop"]}))
    events.put_targets(Rule="rule", Targets=[{"Id": "queue", "Arn": queue, **target}])
    return queue


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ({}, EVENT),
        ({"Input": '{"constant": 1}'}, {"constant": 1}),
        ({"InputPath": "$.detail"}, EVENT["detail"]),
        ({"InputPath": "$.detail.items[0].name"}, "a"),
        ({"InputPath": "$.nowhere"}, None),
        (transformer('"<t>: <n>"', t="$.detail-type", n="$.detail.count"), "Order Placed: 3"),
        (
            transformer('{"text": "for <w>", "who": <w>}', w="$.detail.who"),
            {"text": 'for Ann "the first"', "who": 'Ann "the first"'},
        ),
        (transformer('{"a": "<gone>!", "b": <gone>}', gone="$.detail.gone"), {"a": "!", "b": ""}),
        (transformer('{"rule": "<aws.events.rule-name>"}'), {"rule": "r"}),
        (transformer("<aws.events.event.json>"), EVENT),
        (transformer("<aws.events.event>"), {name: value for name, value in EVENT.items() if name != "detail"}),
        (transformer('{"at": <aws.events.event.ingestion-time>}'), {"at": "2026-03-01T00:00:00Z"}),
        (
            transformer('{"state": [9, <n>, true], "of": <i>}', n="$.detail.count", i="$.detail.items"),
            {"state": [9, 3, True], "of": [{"name": "a"}]},
        ),
        (transformer('{"none": <none>}', none="$.detail.none"), {"none": None}),
        (transformer('"a \\"<t>\\" came"', t="$.detail-type"), 'a "Order Placed" came'),
        (transformer('{"kept": "<unknown>"}'), {"kept": "<unknown>"}),
    ],
)
def test_a_target_gets_the_event_in_the_shape_that_it_asks_for(target: dict[str, Any], body: Any) -> None:
    assert json.loads(shape(target, EVENT, "r", "arn:r")) == body


def test_a_queue_gets_the_whole_event(cloud: Cloud) -> None:
    queue = to_queue(cloud)
    answer = put(cloud, who="Ann")
    (message,) = messages(cloud, queue)
    assert message["body"] == {
        "version": "0",
        "id": answer["Entries"][0]["EventId"],
        "detail-type": "Order Placed",
        "source": "shop",
        "account": "111122223333",
        "time": "2026-03-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"who": "Ann"},
    }


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"source": ["shop"]}, True),
        ({"source": ["bank"]}, False),
        ({"source": [{"prefix": "sh"}], "detail": {"count": [{"numeric": [">", 2]}]}}, True),
        ({"detail": {"name": [{"anything-but": {"prefix": "own-"}}]}}, True),
        ({"detail": {"name": [{"anything-but": {"prefix": "their-"}}]}}, False),
        ({"detail-type": ["Order Placed"], "detail": {"bucket": {"name": ["b"]}}}, False),
    ],
)
def test_a_rule_sees_what_matches_its_pattern(cloud: Cloud, pattern: dict[str, Any], expected: bool) -> None:
    queue = to_queue(cloud, pattern)
    put(cloud, count=3, name="their-own")
    assert bool(messages(cloud, queue)) is expected


def test_each_bad_entry_is_refused_by_itself(cloud: Cloud) -> None:
    queue = to_queue(cloud)
    good = {"Source": "shop", "DetailType": "t", "Detail": "{}"}
    entries = [
        good,
        {**good, "Detail": "not json"},
        {**good, "Detail": '"a text"'},
        {"DetailType": "t", "Detail": "{}"},
    ]
    answer = cloud.client("events").put_events(Entries=entries)
    cloud.kernel.settle()
    assert answer["FailedEntryCount"] == 3
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None,
        "MalformedDetail",
        "MalformedDetail",
        "InvalidArgument",
    ]
    assert len(messages(cloud, queue)) == 1


def test_a_disabled_rule_sees_nothing(cloud: Cloud) -> None:
    queue = to_queue(cloud)
    cloud.client("events").disable_rule(Name="rule")
    put(cloud)
    assert messages(cloud, queue) == []


def test_the_custom_bus_of_a_stack_serves_topic_and_state_machine(cloud: Cloud) -> None:
    stack = deploy_sample(cloud)
    entry = {
        "Source": "sample",
        "DetailType": "News",
        "Detail": '{"who": "Ann", "number": 4}',
        "EventBusName": stack.outputs["BusName"],
    }
    assert cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    cloud.kernel.settle()
    told = [entry.text for entry in cloud.timeline if entry.kind == "notification"]
    assert told == ['"News for Ann"']
    states = cloud.client("stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=stack.outputs["MachineArn"])["executions"]
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"who": "Ann", "number": 4}
    assert json.loads(described["output"])["doubled"] == 8


def test_a_lambda_target_is_invoked_asynchronously_and_retried_by_lambda(cloud: Cloud) -> None:
    function = make_function(cloud, "failing", "def handler(event, context): raise ValueError('no')")
    dead = make_queue(cloud, "dead")
    events = cloud.client("events")
    events.put_rule(Name="rule", EventPattern='{"source": ["shop"]}')
    target = {"Id": "f", "Arn": function, "DeadLetterConfig": {"Arn": dead}}
    events.put_targets(Rule="rule", Targets=[target])
    put(cloud)
    cloud.advance(seconds=86_400)
    assert len(cloud.lambdas.logs) == 3
    assert messages(cloud, dead) == [], "the function took the event: its failure is Lambda's business"


def test_a_target_that_is_gone_is_not_retried(cloud: Cloud) -> None:
    dead = make_queue(cloud, "dead")
    to_queue(cloud, DeadLetterConfig={"Arn": dead})
    sqs = cloud.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="target")["QueueUrl"])
    put(cloud, who="Ann")
    (message,) = messages(cloud, dead)
    assert message["body"]["detail"] == {"who": "Ann"}
    assert message["attributes"]["ERROR_CODE"] == "NO_RESOURCE"
    assert message["attributes"]["RETRY_ATTEMPTS"] == "0"
    assert message["attributes"]["RULE_ARN"].endswith("rule/rule")


def machine_target(cloud: Cloud, dead: str, **policy: int) -> None:
    stack = deploy_sample(cloud)
    target = {"Id": "m", "Arn": stack.outputs["MachineArn"], "RoleArn": "arn:aws:iam::111122223333:role/r"}
    events = cloud.client("events")
    events.put_rule(Name="rule", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="rule", Targets=[{**target, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": dead}}])


def test_a_target_that_fails_is_tried_again_with_back_off(cloud: Cloud) -> None:
    dead = make_queue(cloud, "dead")
    machine_target(cloud, dead, MaximumRetryAttempts=5)
    cloud.faults.add([{"on": "api:stepfunctions.StartExecution", "do": "throttle", "times": 3}])
    put(cloud)
    cloud.advance(seconds=60)
    faults = [(entry.at - cloud.settings.start).total_seconds() for entry in cloud.timeline if entry.kind == "fault"]
    assert faults == [0, 1, 3]
    started = [entry for entry in cloud.timeline if entry.kind == "state" and entry.text == "started"]
    assert [(entry.at - cloud.settings.start).total_seconds() for entry in started] == [7]
    assert messages(cloud, dead) == []


@pytest.mark.parametrize(
    ("policy", "retries", "condition"),
    [
        ({"MaximumRetryAttempts": 2}, "2", "MaximumRetryAttempts"),
        ({"MaximumEventAgeInSeconds": 60}, "5", "MaximumEventAgeInSeconds"),
    ],
)
def test_a_target_that_goes_on_failing_is_given_up(
    cloud: Cloud, policy: dict[str, int], retries: str, condition: str
) -> None:
    dead = make_queue(cloud, "dead")
    machine_target(cloud, dead, **policy)
    cloud.faults.add([{"on": "api:stepfunctions.StartExecution", "do": "throttle"}])
    put(cloud)
    cloud.advance(seconds=3600)
    (message,) = messages(cloud, dead)
    assert message["attributes"]["RETRY_ATTEMPTS"] == retries
    assert message["attributes"]["EXHAUSTED_RETRY_CONDITION"] == condition


def test_a_bus_can_pass_events_on_to_another_bus(cloud: Cloud) -> None:
    events = cloud.client("events")
    second = events.create_event_bus(Name="second")["EventBusArn"]
    events.put_rule(Name="pass-on", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="pass-on", Targets=[{"Id": "bus", "Arn": second}])
    queue = make_queue(cloud, "target")
    events.put_rule(Name="rule", EventBusName="second", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="rule", EventBusName="second", Targets=[{"Id": "queue", "Arn": queue}])
    put(cloud, who="Ann")
    assert [message["body"]["detail"] for message in messages(cloud, queue)] == [{"who": "Ann"}]


@pytest.mark.parametrize(("fault", "counts"), [("drop", (0, 0)), ("double", (2, 2)), ("delay", (0, 1))])
def test_faults_strike_an_event_once_for_all_rules(cloud: Cloud, fault: str, counts: tuple[int, int]) -> None:
    queue = to_queue(cloud)
    cloud.faults.add([{"on": "event:Order Placed", "do": fault, "times": 1, "seconds": 40}])
    assert put(cloud)["FailedEntryCount"] == 0
    url = cloud.client("sqs").get_queue_url(QueueName=queue.split(":")[-1])["QueueUrl"]

    def arrived() -> int:
        attributes = cloud.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

    at_once = arrived()
    cloud.advance(seconds=40)
    assert (at_once, arrived()) == counts


def test_an_event_of_the_application_is_a_line_of_the_timeline(cloud: Cloud) -> None:
    put(cloud, "Endpoint Deployed", deployment="llama", reason="InService after 4 minutes")
    (entry,) = [entry for entry in cloud.timeline if entry.kind == "event"]
    assert (entry.subject, entry.text) == ("llama", "Endpoint Deployed: InService after 4 minutes")
    assert entry.more == {"detail_type": "Endpoint Deployed", "deployment": "llama"}


def test_a_rule_on_a_schedule_fires_after_each_period_and_stops_when_deleted(cloud: Cloud) -> None:
    queue = make_queue(cloud, "target")
    events = cloud.client("events")
    events.put_rule(Name="rule", ScheduleExpression="rate(10 minutes)")
    events.put_targets(Rule="rule", Targets=[{"Id": "queue", "Arn": queue, "InputPath": "$.time"}])
    cloud.advance(seconds=20 * 60)
    events.remove_targets(Rule="rule", Ids=["queue"])
    events.delete_rule(Name="rule")
    cloud.advance(seconds=3600)
    assert [message["body"] for message in messages(cloud, queue)] == ["2026-03-01T00:10:00Z", "2026-03-01T00:20:00Z"]
    assert cloud.kernel.pending() == []
