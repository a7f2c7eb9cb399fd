"""Starting a reconcile and answering a task: once, however often it is asked."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from berth_aws.executions import send_task_success, start_reconcile, stop_execution

MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:berth-deployment-reconcile"


@pytest.fixture
def stepfunctions() -> Any:
    return boto3.client("stepfunctions", region_name="us-east-1")


@pytest.fixture
def stub(stepfunctions: Any) -> Any:
    with Stubber(stepfunctions) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def started(stub: Stubber, expected: dict[str, Any] | None = None) -> None:
    answer = {"executionArn": f"{MACHINE}:x", "startDate": 0}
    stub.add_response("start_execution", answer, expected or {"stateMachineArn": MACHINE, "name": ANY, "input": ANY})


def test_a_reconcile_gets_its_deployment_and_nothing_else(stepfunctions: Any, stub: Stubber) -> None:
    text = json.dumps({"deployment": "llama-eval"})
    started(stub, {"stateMachineArn": MACHINE, "name": ANY, "input": text})
    assert start_reconcile(stepfunctions, MACHINE, "llama-eval", "event 1")


def test_the_same_cause_starts_one_run(stepfunctions: Any, stub: Stubber) -> None:
    stub.add_client_error("start_execution", "ExecutionAlreadyExists", "Execution Already Exists", 400)
    assert not start_reconcile(stepfunctions, MACHINE, "llama-eval", "event 1")


def test_the_name_follows_from_deployment_and_cause(stepfunctions: Any) -> None:
    names: list[str] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        names.append(params["name"])

    stepfunctions.meta.events.register("provide-client-params.sfn.StartExecution", note)
    longest = "a" * 63
    for deployment, cause in (
        ("llama-eval", "event 1"),
        ("llama-eval", "event 1"),
        ("llama-eval", "event 2"),
        (longest, ""),
    ):
        with Stubber(stepfunctions) as stub:
            started(stub)
            start_reconcile(stepfunctions, MACHINE, deployment, cause)
    assert names[0] == names[1]
    assert names[0] != names[2]
    assert names[0].startswith("llama-eval-")
    assert len(names[3]) == 80


def test_a_waiting_task_goes_on(stepfunctions: Any, stub: Stubber) -> None:
    stub.add_response("send_task_success", {}, {"taskToken": "token", "output": '{"until": "settled"}'})
    assert send_task_success(stepfunctions, "token", {"until": "settled"})


@pytest.mark.parametrize("code", ["TaskDoesNotExist", "TaskTimedOut", "InvalidToken"])
def test_a_token_that_nobody_waits_for_was_answered_by_somebody_else(
    stepfunctions: Any, stub: Stubber, code: str
) -> None:
    stub.add_client_error("send_task_success", code, "", 400)
    assert not send_task_success(stepfunctions, "token", {})


def test_a_run_is_stopped_with_its_reason_and_one_that_is_gone_is_fine(stepfunctions: Any, stub: Stubber) -> None:
    asked = {"executionArn": f"{MACHINE}:x", "error": "TakenOver", "cause": "no time left"}
    stub.add_response("stop_execution", {"stopDate": 0}, asked)
    assert stop_execution(stepfunctions, f"{MACHINE}:x", "no time left")
    stub.add_client_error("stop_execution", "ExecutionDoesNotExist", "", 400)
    assert not stop_execution(stepfunctions, f"{MACHINE}:x", "no time left")
