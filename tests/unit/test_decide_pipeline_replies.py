"""What a pipeline reads of an execution that has ended."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from berth_core.decide.pipelines import LONGEST_MESSAGE, ReleaseAsked, release_asked, reply_to
from berth_core.pipelines import Continue, ExecutionSeen, JobDone, JobFailed

ARN = "arn:aws:states:us-east-1:111122223333:execution:berth-release-promote:job-1"
NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)


def ended(status: str = "SUCCEEDED", **over: Any) -> Any:
    return reply_to(ExecutionSeen.model_validate({"arn": ARN, "status": status, **over}))


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_what_goes_on_is_asked_again(status: str) -> None:
    assert ended(status) == Continue(token=ARN)


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        ({"status": "FAILED", "error": "Busy", "cause": "another run is at it"},
         "the execution failed: Busy: another run is at it"),
        ({"status": "TIMED_OUT", "error": "States.Timeout"}, "the execution timed_out: States.Timeout: States.Timeout"),
        ({"status": "ABORTED"}, "the execution aborted: no reason given"),
        ({"output": {"kind": "refuse", "reason": "no room"}}, "nothing was done: no room"),
        ({"output": {"kind": "hold", "code": "Busy"}}, "nothing was done: no reason given"),
    ],
)  # fmt: skip
def test_what_was_not_done_fails_with_why_and_which_execution_it_was(seen: dict[str, Any], message: str) -> None:
    reply = ended(**seen)
    assert isinstance(reply, JobFailed)
    assert (reply.type, reply.message, reply.execution_id) == ("JobFailed", message, ARN)


def test_a_message_is_as_long_as_codepipeline_takes() -> None:
    reply = ended(output={"kind": "refuse", "reason": "r" * LONGEST_MESSAGE})
    assert len(reply.message) == LONGEST_MESSAGE


@pytest.mark.parametrize(
    ("output", "summary"),
    [
        ({"kind": "promoted", "summary": "s", "reason": "r"}, "s"),
        ({"kind": "promoted", "reason": "r"}, "r"),
        ({"kind": "hold", "code": "AsWanted", "reason": "r"}, "r"),
        ({"kind": "promoted"}, "done"),
    ],
)
def test_what_was_done_is_told_by_its_summary_or_its_reason(output: dict[str, Any], summary: str) -> None:
    reply = ended(output=output)
    assert isinstance(reply, JobDone)
    assert (reply.summary, reply.execution_id) == (summary, ARN)


def test_what_later_actions_may_say_of_it() -> None:
    words = ("kind", "code", "reason", "summary", "model", "target", "plan_arn")
    reply = ended(output={**{word: f"the {word}" for word in words}, "more": "no"})
    assert reply.variables == {**{word: f"the {word}" for word in words}, "execution": ARN}
    assert ended(output={"kind": "done", "code": ""}).variables == {"kind": "done", "execution": ARN}


# --- approvals ------------------------------------------------------------------------------------------------------

APPROVAL = {
    "pipelineName": "models",
    "stageName": "Release",
    "actionName": "Check",
    "token": "t-1",
    "expires": "2026-03-13T12:00Z",
    "customData": "llama-eval: my-model-v2",
}


def asked(**over: Any) -> Any:
    given = {key: value for key, value in {**APPROVAL, **over}.items() if value is not None}
    return release_asked(json.dumps({"approval": given}), NOW)


def test_an_approval_names_its_release_and_who_waits() -> None:
    found = asked()
    assert isinstance(found, ReleaseAsked)
    assert (found.deployment, found.model) == ("llama-eval", "my-model-v2")
    approval = found.approval
    assert (approval.pipeline, approval.stage, approval.action, approval.token) == ("models", "Release", "Check", "t-1")


@pytest.mark.parametrize("key", ["pipelineName", "stageName", "actionName", "token"])
def test_an_approval_that_lacks_one_of_its_names_is_not_ours(key: str) -> None:
    assert asked(**{key: None}) == "the approval lacks its pipeline, stage, action or token"


@pytest.mark.parametrize(
    "custom_data", [None, "", '{"deployment": "llama-eval"}', '{"model": "v2"}', '{"deployment": 5, "model": "v2"}']
)
def test_custom_data_that_names_no_release_is_told_with_an_example(custom_data: str | None) -> None:
    assert str(asked(customData=custom_data)).startswith("CustomData names no release: write {")
