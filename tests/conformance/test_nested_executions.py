"""Machines that start machines, branches and items, and what a stop or a timeout does to them."""

from __future__ import annotations

import json

import pytest

from rehearsal.cloud import Cloud
from tests.conformance.machines import (
    MISSING_TABLE,
    Machines,
    ending,
    task,
    waits_for_token,
)


def test_a_parent_gets_its_childs_output_as_json(machines: Machines) -> None:
    child = machines.make(
        {"Wait": {"Type": "Wait", "Seconds": 3600, "Next": "Say"}, "Say": ending("Pass", Output={"done": True})}
    )
    start = task("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {"a": 1}, "Name": "child-1"})
    ended = machines.run({"Start": start | {"Output": "{% $states.result %}"}})
    assert ended.seconds == 3600
    assert ended.output["Output"] == {"done": True}
    assert ended.output["Input"] == {"a": 1}
    assert ended.output["Status"] == "SUCCEEDED"
    assert ended.output["Name"] == "child-1"


def test_a_failing_child_fails_its_parent_with_a_cause_that_holds_the_childs(machines: Machines) -> None:
    child = machines.make({"Fail": {"Type": "Fail", "Error": "RefusedError", "Cause": "3 exceeds 2"}})
    ended = machines.run({"Start": task("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}})})
    error, cause = ended.reason
    told = json.loads(str(cause))
    assert error == "States.TaskFailed"
    assert (told["Status"], told["Error"], told["Cause"]) == ("FAILED", "RefusedError", "3 exceeds 2")


def test_stopping_a_parent_stops_its_child(machines: Machines, cloud: Cloud) -> None:
    child = machines.make({"Wait": ending("Wait", Seconds=86_400)})
    start = task("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}}, TimeoutSeconds=90_000)

    def stop(execution_arn: str) -> None:
        cloud.advance(seconds=60)
        machines.client.stop_execution(executionArn=execution_arn, error="TakenOver", cause="deadline")

    ended = machines.run({"Start": start}, meanwhile=stop)
    assert (ended.status, ended.reason, ended.seconds) == ("ABORTED", ("TakenOver", "deadline"), 60)
    assert ended.event_types[-1] == "ExecutionAborted"
    assert [each["status"] for each in machines.client.list_executions(stateMachineArn=child)["executions"]] == [
        "ABORTED"
    ]


def test_a_task_that_times_out_stops_its_child(machines: Machines) -> None:
    child = machines.make({"Wait": ending("Wait", Seconds=86_400)})
    start = task("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}}, TimeoutSeconds=60)
    ended = machines.run({"Start": start})
    assert (ended.reason[0], ended.seconds) == ("States.Timeout", 60)
    assert machines.client.list_executions(stateMachineArn=child)["executions"][0]["status"] == "ABORTED"


@pytest.mark.parametrize("kind", ["token", "retry", "parallel"])
def test_a_stop_takes_effect_at_once_wherever_the_execution_waits(
    machines: Machines, cloud: Cloud, queue: str, kind: str
) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 7200}]
    branches = [{"StartAt": name, "States": {name: ending("Wait", Seconds=7200)}} for name in ("V", "W")]
    waiting = {
        "token": waits_for_token(queue, TimeoutSeconds=7200),
        "retry": task("aws-sdk:dynamodb:getItem", MISSING_TABLE, Retry=retry),
        "parallel": ending("Parallel", Branches=branches),
    }

    def stop(execution_arn: str) -> None:
        cloud.advance(seconds=60)
        machines.client.stop_execution(executionArn=execution_arn)

    ended = machines.run({"Wait": waiting[kind]}, meanwhile=stop)
    assert (ended.status, ended.seconds) == ("ABORTED", 60)
    length = len(ended.history)
    cloud.advance(seconds=86_400)
    assert len(machines.client.get_execution_history(executionArn=ended.described["executionArn"])["events"]) == length


def test_parallel_branches_run_side_by_side_and_answer_in_order(machines: Machines) -> None:
    branches = [
        {"StartAt": f"W{n}", "States": {f"W{n}": ending("Wait", Seconds=n * 60, Output={"n": n})}} for n in (3, 1, 2)
    ]
    ended = machines.run({"Both": ending("Parallel", Branches=branches, Output="{% $states.result.n %}")})
    assert (ended.output, ended.seconds) == ([3, 1, 2], 180)


def test_a_timeout_in_a_branch_or_an_item_keeps_its_name(machines: Machines, queue: str) -> None:
    inner = {"StartAt": "W", "States": {"W": waits_for_token(queue, TimeoutSeconds=60)}}
    parallel = ending("Parallel", Branches=[inner])
    each = ending("Map", Items=[1], ItemProcessor={"ProcessorConfig": {"Mode": "INLINE"}, **inner})
    assert machines.run({"P": parallel}).reason[0] == "States.Timeout"
    assert machines.run({"M": each}).reason[0] == "States.Timeout"


def test_an_inline_map_keeps_to_its_concurrency(machines: Machines) -> None:
    selector = {"seconds": "{% $states.context.Map.Item.Value %}", "index": "{% $states.context.Map.Item.Index %}"}
    processor = {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "W",
        "States": {"W": ending("Wait", Seconds="{% $states.input.seconds %}", Output="{% $states.input.index %}")},
    }
    state = ending(
        "Map", Items="{% $states.input.waits %}", ItemSelector=selector, MaxConcurrency=2, ItemProcessor=processor
    )
    ended = machines.run({"Each": state}, {"waits": [600, 600, 1200, 60]})
    assert (ended.output, ended.seconds) == ([0, 1, 2, 3], 1800)
