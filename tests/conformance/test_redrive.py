"""RedriveExecution: an execution that ended badly goes on where it ended ("Restarting state machine executions")."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from tests.conformance.machines import Ended, Machines, ending, task, waits_for_token
from tests.conformance.sample_app import make_function, make_queue, messages

# Fails until somebody says otherwise, and counts who called it.
DOOR = """
import boto3

def handler(event, context):
    row = boto3.client("dynamodb").get_item(TableName="doors", Key={"k": {"S": "open"}})
    if "Item" not in row:
        raise RuntimeError("closed")
    return "through"
"""
TRY = task("lambda:invoke", {"FunctionName": "door", "Payload": {}}, Output="{% $states.result.Payload %}")
TWO_STEPS = {
    "First": {"Type": "Pass", "Assign": {"drawn": "{% $states.context.State.EnteredTime %}"}, "Next": "Second"},
    "Second": TRY | {"Output": ["{% $drawn %}", "{% $states.input.a %}", "{% $states.result.Payload %}"]},
}


@pytest.fixture
def door(cloud: Cloud) -> Cloud:
    key = {"AttributeName": "k"}
    cloud.client("dynamodb").create_table(
        TableName="doors",
        KeySchema=[key | {"KeyType": "HASH"}],
        AttributeDefinitions=[key | {"AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    make_function(cloud, "door", DOOR)
    return cloud


def unlock(cloud: Cloud) -> None:
    cloud.client("dynamodb").put_item(TableName="doors", Item={"k": {"S": "open"}})


def redriven(machines: Machines, ended: Ended, **more: Any) -> Ended:
    execution_arn = ended.described["executionArn"]
    machines.client.redrive_execution(executionArn=execution_arn, **more)
    machines.cloud.kernel.settle()
    return machines.end(execution_arn)


def test_it_goes_on_at_the_task_that_failed_with_its_input_and_the_variables(machines: Machines, door: Cloud) -> None:
    failed = machines.run(TWO_STEPS, {"a": 1})
    assert (failed.status, failed.described["redriveCount"]) == ("FAILED", 0)
    unlock(door)
    door.advance(seconds=3600)
    ended = redriven(machines, failed)
    assert ended.status == "SUCCEEDED"
    assert ended.output == ["2026-03-01T00:00:00.000Z", 1, "through"]
    assert ended.described["redriveCount"] == 1
    assert ended.described["redriveDate"] == failed.described["stopDate"] + timedelta(hours=1)
    assert ended.reason == (None, None)


def test_its_history_is_appended_and_what_had_succeeded_is_not_done_again(machines: Machines, door: Cloud) -> None:
    failed = machines.run(TWO_STEPS, {"a": 1})
    unlock(door)
    ended = redriven(machines, failed)
    assert ended.history[: len(failed.history)] == failed.history
    (begin, *rest) = ended.history[len(failed.history) :]
    assert (begin["type"], begin["executionRedrivenEventDetails"]) == ("ExecutionRedriven", {"redriveCount": 1})
    assert "First" not in json.dumps(rest, default=str)
    assert [event["id"] for event in ended.history] == list(range(1, len(ended.history) + 1))


def test_the_task_has_all_its_retries_anew(machines: Machines, door: Cloud) -> None:
    retry = [{"ErrorEquals": ["RuntimeError"], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 1}]
    failed = machines.run({"Try": TRY | {"Retry": retry}})
    again = redriven(machines, failed)
    assert (failed.seconds, again.seconds) == (20, 40)
    assert again.described["redriveCount"] == 1


def test_a_fail_state_fails_again(machines: Machines) -> None:
    failed = machines.run({"Stop": {"Type": "Fail", "Error": "E", "Cause": "why"}})
    for count in (1, 2):
        again = redriven(machines, failed)
        assert (again.status, again.reason, again.described["redriveCount"]) == ("FAILED", ("E", "why"), count)


def test_a_machines_time_begins_anew(machines: Machines) -> None:
    states = {"Wait": ending("Wait", Timestamp="2026-03-01T00:15:00Z")}
    timed_out = machines.run(states, TimeoutSeconds=600)
    assert timed_out.status == "TIMED_OUT"
    assert redriven(machines, timed_out).status == "SUCCEEDED"


def test_a_wait_for_a_moment_that_has_passed_is_over(machines: Machines, cloud: Cloud) -> None:
    states = {"Wait": ending("Wait", Timestamp="2026-03-01T00:15:00Z")}
    execution_arn = machines.start(machines.make(states))
    machines.client.stop_execution(executionArn=execution_arn)
    stopped = machines.end(execution_arn)
    cloud.advance(seconds=3600)
    assert (stopped.status, redriven(machines, stopped).seconds) == ("ABORTED", 3600)


def test_a_task_that_waits_has_a_new_token(machines: Machines, cloud: Cloud, queue: str) -> None:
    from tests.conformance.machines import token_from

    timed_out = machines.run({"Wait": waits_for_token(queue, TimeoutSeconds=60)})
    old = token_from(cloud, queue)
    execution_arn = timed_out.described["executionArn"]
    machines.client.redrive_execution(executionArn=execution_arn)
    cloud.kernel.settle()
    new = token_from(cloud, queue)
    with pytest.raises(ClientError, match="TaskTimedOut"):
        machines.client.send_task_success(taskToken=old, output='"old"')
    machines.client.send_task_success(taskToken=new, output='"new"')
    assert machines.end(execution_arn).output == "new"


def test_what_runs_and_what_has_succeeded_can_not_be_redriven(machines: Machines) -> None:
    running = machines.start(machines.make({"Wait": ending("Wait", Seconds=60)}))
    succeeded = machines.run({"Say": ending("Pass")}).described["executionArn"]
    for execution_arn, status in ((running, "RUNNING"), (succeeded, "SUCCEEDED")):
        reason = f"Execution is {status} and cannot be redriven"
        with pytest.raises(ClientError, match=reason) as refused:
            machines.client.redrive_execution(executionArn=execution_arn)
        assert refused.value.response["Error"]["Code"] == "ExecutionNotRedrivable"
        described = machines.describe(execution_arn)
        assert (described["redriveStatus"], described["redriveStatusReason"]) == ("NOT_REDRIVABLE", reason)


def test_it_can_be_redriven_for_14_days(machines: Machines, cloud: Cloud) -> None:
    failed = machines.run({"Stop": {"Type": "Fail"}})
    cloud.advance(seconds=14 * 86_400)
    assert machines.describe(failed.described["executionArn"])["redriveStatus"] == "REDRIVABLE"
    cloud.advance(seconds=1)
    with pytest.raises(ClientError, match="Execution redrivable period exceeded"):
        redriven(machines, failed)


def test_an_execution_that_is_not_there(machines: Machines) -> None:
    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        machines.client.redrive_execution(executionArn="arn:aws:states:us-east-1:111122223333:execution:m:x")


def test_the_same_client_token_redrives_once(machines: Machines, cloud: Cloud) -> None:
    failed = machines.run({"Stop": {"Type": "Fail"}})
    execution_arn = failed.described["executionArn"]
    dates = set()
    for _ in range(2):
        dates.add(machines.client.redrive_execution(executionArn=execution_arn, clientToken="once")["redriveDate"])
        cloud.advance(seconds=60)
    assert len(dates) == 1
    assert machines.describe(execution_arn)["redriveCount"] == 1
    cloud.advance(seconds=900)
    machines.client.redrive_execution(executionArn=execution_arn, clientToken="once")
    assert machines.describe(execution_arn)["redriveCount"] == 2


def test_its_status_events_count_the_redrives(machines: Machines, cloud: Cloud) -> None:
    queue = make_queue(cloud, "heard")
    cloud.client("events").put_rule(Name="states", EventPattern=json.dumps({"source": ["aws.states"]}))
    cloud.client("events").put_targets(Rule="states", Targets=[{"Id": "1", "Arn": queue}])
    failed = machines.run({"Stop": {"Type": "Fail"}})
    messages(cloud, queue)
    cloud.advance(seconds=60)
    redriven(machines, failed)
    details = [message["body"]["detail"] for message in messages(cloud, queue)]
    told = [(detail["status"], detail["redriveCount"]) for detail in details if detail["redriveCount"]]
    assert told == [("RUNNING", 1), ("FAILED", 1)]
    listed = machines.client.list_executions(stateMachineArn=failed.described["stateMachineArn"])["executions"]
    assert [each["redriveCount"] for each in listed] == [1]


def test_a_redrive_within_a_parallel_or_map_state_is_refused_as_not_rehearsed(machines: Machines) -> None:
    branch = {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail"}}}
    failed = machines.run({"Both": ending("Parallel", Branches=[branch])})
    with pytest.raises(NotImplementedError, match=r"'Both'.*redrives no Parallel and no Map state"):
        redriven(machines, failed)
