"""Names of executions, their status events and timeline rows, and what integrations answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from tests.conformance.machines import (
    Machines,
    ending,
    task,
)


def test_an_execution_without_a_name_gets_one_and_a_name_is_used_once(machines: Machines) -> None:
    machine = machines.make({"Say": ending("Pass")})
    first, second = machines.start(machine), machines.start(machine)
    assert first != second
    machines.start(machine, {"a": 1}, name="once")
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        machines.start(machine, {"a": 2}, name="once")


def test_the_same_name_and_input_while_running_is_the_same_execution(machines: Machines) -> None:
    machine = machines.make({"Wait": ending("Wait", Seconds=60)})
    assert machines.start(machine, {"a": 1}, name="same") == machines.start(machine, {"a": 1}, name="same")


@pytest.mark.parametrize("name", ["2026-03-01T00:00:00Z", "with space", "x" * 81])
def test_a_name_that_aws_refuses_is_refused(machines: Machines, name: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidName|ValidationException"):
        machines.start(machines.make({"Say": ending("Pass")}), name=name)


def test_each_status_is_an_event_on_the_default_bus_and_a_row_of_the_timeline(machines: Machines, cloud: Cloud) -> None:
    queue = cloud.client("sqs").create_queue(QueueName="heard")["QueueUrl"]
    arn = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    pattern = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
    cloud.client("events").put_rule(Name="states", EventPattern=json.dumps(pattern))
    cloud.client("events").put_targets(Rule="states", Targets=[{"Id": "1", "Arn": arn}])
    machine = machines.make({"Fail": {"Type": "Fail", "Error": "E", "Cause": "why"}})
    execution_arn = machines.start(machine, {"a": 1}, name="x")
    cloud.kernel.settle()
    received = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    details = [json.loads(message["Body"])["detail"] for message in received]
    assert sorted(detail["status"] for detail in details) == ["FAILED", "RUNNING"]
    failed = next(detail for detail in details if detail["status"] == "FAILED")
    assert failed["executionArn"] == execution_arn
    assert failed["stateMachineArn"] == machine
    assert (failed["error"], failed["cause"], failed["input"]) == ("E", "why", '{"a": 1}')
    assert failed["stopDate"] == 1_772_323_200_000
    rows = [(entry.subject, entry.text) for entry in cloud.timeline if entry.kind == "state"]
    assert rows == [("m1/x", "started"), ("m1/x", "failed: E: why")]


def test_answers_of_integrations_reach_the_machine_in_pascal_case_with_times_as_text(machines: Machines) -> None:
    child = machines.make({"Say": ending("Pass")})
    ended = machines.run({"Start": task("states:startExecution", {"StateMachineArn": child, "Input": {"a": 1}})})
    assert ended.output["StartDate"] == "2026-03-01T00:00:00.000Z"
    described = machines.run({"Look": task("aws-sdk:sfn:describeStateMachine", {"StateMachineArn": child})})
    assert described.output["StateMachineArn"] == child


def test_json_path_machines_work_too(machines: Machines) -> None:
    states = {
        "Keep": {"Type": "Pass", "Assign": {"v.$": "$.list[0].a"}, "Next": "Say"},
        "Say": ending("Pass", Parameters={"v.$": "$v", "all.$": "$.list[*].a", "text.$": "States.Format('<{}>', $v)"}),
    }
    ended = machines.run(states, {"list": [{"a": "A"}, {"a": "B"}]}, QueryLanguage="JSONPath")
    assert ended.output == {"v": "A", "all": ["A", "B"], "text": "<A>"}


def test_a_run_is_the_same_every_time() -> None:
    def transcript() -> list[dict[str, Any]]:
        cloud = Cloud.start()
        machines = Machines(cloud)
        child = machines.make({"Wait": ending("Wait", Seconds=60)})
        start = task("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}})
        branches = [{"StartAt": f"S{n}", "States": {f"S{n}": start}} for n in range(3)]
        machines.run({"All": ending("Parallel", Branches=branches)})
        cloud.stop()
        return [entry.as_json() for entry in cloud.timeline]

    first = transcript()
    assert len(first) == 8
    assert first == transcript()
