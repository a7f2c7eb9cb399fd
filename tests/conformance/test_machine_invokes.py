"""A machine's Lambda function without HTTP in between: its history and its output are those of the long way."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber

from rehearsal.call_counts import calls
from rehearsal.cloud import Cloud
from rehearsal.lambdas.invoke import Answer
from rehearsal.patches import ids, interpreter_costs, machine_invokes
from tests.conformance.machines import Machines
from tests.conformance.sample_app import ROLES_MAY_ALL, make_function

HANDLER = """
def handler(event, context):
    if event.get("fail"):
        raise ValueError("as asked")
    return {"got": event, "ü": [1.0, None, True], "by": context.aws_request_id}
"""
RESOURCE = "arn:aws:states:::lambda:invoke"
# What a task asks for; the last ones go the long way whoever listens.
ARGUMENTS: tuple[dict[str, Any], ...] = (
    {"FunctionName": "f", "Payload": {"a": "ü"}},
    {"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:f", "Payload": {}},
    {"FunctionName": "f:$LATEST", "Payload": "{}"},
    {"FunctionName": "f", "Payload": {"fail": True}},
    {"FunctionName": "f"},
    {"FunctionName": "f", "Payload": {}, "LogType": "Tail"},
    {"FunctionName": "f", "Payload": {}, "InvocationType": "Event"},
    {"FunctionName": "none", "Payload": {}},
)


def test_what_a_machine_is_answered_is_what_the_long_way_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    short = _all_runs()
    moto = BotocoreStubber.__call__
    monkeypatch.setattr(BotocoreStubber, "__call__", lambda *args, **kwargs: moto(*args, **kwargs))
    assert short == _all_runs()


def test_the_short_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Any] = []
    told = machine_invokes._told

    def noting(answer: Answer) -> dict[str, Any]:
        taken.append(answer.error)
        return told(answer)

    monkeypatch.setattr(machine_invokes, "_told", noting)
    _all_runs()
    assert taken == [None, None, None, "ValueError", None]


def test_a_payload_that_is_too_large_is_an_error_of_the_function() -> None:
    told = machine_invokes._told(Answer(f'"{"x" * 6_000_000}"', "id"))
    assert (told["FunctionError"], told["Payload"]["errorType"]) == ("Unhandled", "Function.ResponseSizeTooLarge")


def test_a_text_that_stands_many_times_in_a_value_is_measured_as_often() -> None:
    text = "x" * 1000
    assert interpreter_costs.is_small([text], 2000)
    assert not interpreter_costs.is_small([text, text], 2000)
    assert not interpreter_costs._is_within_quota([text] * 300)


def _all_runs() -> list[Any]:
    """Every run's end and history, what was counted, and the ids that come next."""
    cloud = Cloud.start(ROLES_MAY_ALL)
    try:
        make_function(cloud, "f", HANDLER)
        machines = Machines(cloud)
        found: list[Any] = []
        for arguments in ARGUMENTS:
            ended = machines.run({"Ask": {"Type": "Task", "Resource": RESOURCE, "Arguments": arguments, "End": True}})
            found.append((ended.status, ended.described.get("output"), ended.reason, ended.history, ended.seconds))
        cloud.advance(seconds=600)
        found.append([line.text for line in cloud.lambdas.logs])
        found.append(sorted(calls().items()))
        with pytest.raises(ClientError) as refused:
            cloud.client("sagemaker").describe_endpoint(EndpointName="none")
        return [*found, refused.value.response, ids.number()]
    finally:
        cloud.stop()
