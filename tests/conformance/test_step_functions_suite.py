"""Small machines, table by table: stepfunctions/*.yaml says what each shows, and where AWS documents it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.cloud import Cloud
from tests.conformance.machines import Ended, Machines, token_from
from tests.conformance.sample_app import ROLES_MAY_ALL, make_function

TABLES = sorted((Path(__file__).parent / "stepfunctions").glob("*.yaml"))
NOT_A_MACHINES = {"that", "states", "given", "child", "meanwhile", "ends"}

# Fails with the errors that it is given, one an attempt; takes its time; answers.
PLAY = """
import time

def handler(event, context):
    time.sleep(event.get("seconds", 0))
    errors, attempt = event.get("errors", []), event.get("attempt", 0)
    if attempt < len(errors):
        raise type(errors[attempt], (Exception,), {})("played")
    return "x" * event["long"] if "long" in event else event.get("answer")
"""
# Fails so many times in a row, whoever calls it, and then works until the next machine.
FLAKY = """
calls = 0

class Flaky(Exception):
    pass

class A(Exception):
    pass

def handler(event, context):
    global calls
    calls += 1
    if calls <= event["times"]:
        raise (A if event.get("error") == "A" else Flaky)("not yet")
"""


CASES = [
    pytest.param(case, id=f"{table.stem}: {case['that']}")
    for table in TABLES
    for case in yaml.load(table.read_text(encoding="utf-8"), yaml.CSafeLoader)["cases"]
]


@pytest.fixture(scope="module")
def workshop() -> Iterator[Machines]:
    """One cloud for all machines: they share nothing but the clock."""
    cloud = Cloud.start(ROLES_MAY_ALL)
    make_function(cloud, "play", PLAY)
    make_function(cloud, "flaky", FLAKY)
    yield Machines(cloud)
    cloud.stop()
    assert cloud.kernel.errors == []


@pytest.mark.parametrize("case", CASES)
def test_a_machine_does_what_aws_documents(workshop: Machines, case: dict[str, Any]) -> None:
    cloud = workshop.cloud
    cloud.lambdas.environments.pop("flaky", None)
    given, child = case.get("given", {}), None
    if "queue" in json.dumps(case["states"]):
        given = {**given, "queue": cloud.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]}
    if "child" in case:
        child = workshop.make(**case["child"])
        given = {**given, "child": child}
    more = {key: value for key, value in case.items() if key not in NOT_A_MACHINES}
    execution_arn = workshop.start(workshop.make(case["states"], **more), given)
    for step in case.get("meanwhile", []):
        meddle(workshop, execution_arn, given.get("queue", ""), step)
    check(workshop.end(execution_arn), case["ends"])
    if "child_status" in case["ends"]:
        (of_child,) = workshop.client.list_executions(stateMachineArn=child)["executions"]
        assert of_child["status"] == case["ends"]["child_status"]


def meddle(workshop: Machines, execution_arn: str, queue: str, step: dict[str, Any]) -> None:
    workshop.cloud.advance(seconds=step["after"])
    client = workshop.client
    if "stop" in step:
        error, cause = step["stop"]
        client.stop_execution(executionArn=execution_arn, error=error, cause=cause)
        return
    token = token_of(workshop, execution_arn, queue)
    if "heartbeat" in step:
        client.send_task_heartbeat(taskToken=token)
    elif "succeed" in step:
        client.send_task_success(taskToken=token, output=json.dumps(step["succeed"]))
    else:
        client.send_task_failure(taskToken=token, **dict(zip(("error", "cause"), step["fail"], strict=False)))


TOKENS: dict[str, str] = {}


def token_of(workshop: Machines, execution_arn: str, queue: str) -> str:
    if execution_arn not in TOKENS:
        TOKENS[execution_arn] = token_from(workshop.cloud, queue)
    return TOKENS[execution_arn]


def check(ended: Ended, expected: dict[str, Any]) -> None:
    error, cause = ended.reason
    told = {"error": error, "cause": cause, "seconds": round(ended.seconds, 2)}
    status = expected.get("status", "FAILED" if "error" in expected else "SUCCEEDED")
    assert ended.status == status, told
    if "output" in expected:
        assert ended.output == expected["output"]
    for name in ("error", "cause", "seconds"):
        assert name not in expected or told[name] == expected[name], told
    assert expected.get("cause_holds", "") in (cause or "")
    least, most = expected.get("seconds_between", (0, 10**9))
    assert least <= ended.seconds <= most
