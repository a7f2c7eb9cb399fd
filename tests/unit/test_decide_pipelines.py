"""What CodePipeline is answered."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.decide.pipelines import ReleaseAsked, release_asked, reply_to, wish_of
from berth_core.pipelines import Continue, ExecutionSeen, Job, JobDone, JobFailed, JobWish, job_of

EVENTS = Path(__file__).parents[2] / "events" / "in"
ARN = "arn:aws:states:us-east-1:111122223333:execution:berth-release-promote:job-1"
NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)


def sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def test_of_a_job_only_what_is_needed_is_kept() -> None:
    event = sample("codepipeline-lambda-invoke")
    job = job_of(event)
    assert wish_of(job) == JobWish(
        machine="release_promote", given={"deployment": "llama-eval", "model": "my-model-v2"}
    )
    assert job.token.startswith("arn:aws:states:")
    secrets = event["CodePipeline.job"]["data"]["artifactCredentials"].values()
    assert not [secret for secret in secrets if secret in job.model_dump_json()]


def job_with(**data: Any) -> dict[str, Any]:
    return {"CodePipeline.job": {"id": "1", "data": data}}


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"CodePipeline.job": None},
        {"CodePipeline.job": {"id": "secret-1"}},
        {"CodePipeline.job": {"id": {"k": "secret-1"}, "data": {}}},
        job_with(continuationToken=["secret-1"]),
        job_with(actionConfiguration={"configuration": {"UserParameters": {"k": "secret-1"}}}),
        job_with(actionConfiguration={"configuration": "secret-1"}),
    ],
)
def test_another_event_is_named_without_what_is_in_it(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no job of CodePipeline") as refused:
        job_of(event)
    assert "secret-1" not in str(refused.value)


def test_a_first_call_has_neither_token_nor_perhaps_parameters() -> None:
    job = job_of({"CodePipeline.job": {"id": "1", "data": {}}})
    assert (job.token, job.parameters) == ("", "")


@pytest.mark.parametrize("parameters", ["", "x", "[]", '{"deployment": 5}', '{"deployment": "d", "machine": "rm"}'])
def test_parameters_without_sense_are_a_configuration_error(parameters: str) -> None:
    reply = wish_of(Job(id="1", parameters=parameters))
    assert isinstance(reply, JobFailed)
    assert reply.type == "ConfigurationError"
    assert "UserParameters" in reply.message


def execution(status: str = "SUCCEEDED", **over: Any) -> ExecutionSeen:
    return ExecutionSeen(arn=ARN, status=status, **over)


def test_as_long_as_it_runs_the_function_is_called_again() -> None:
    assert reply_to(execution("RUNNING")) == Continue(token=ARN)


def test_what_was_done_comes_with_variables() -> None:
    reply = reply_to(execution(output={"kind": "promoted", "reason": "is live", "model": "v2", "summary": "v2: fine"}))
    assert isinstance(reply, JobDone)
    assert reply.summary == "v2: fine"
    wanted = {"kind": "promoted", "reason": "is live", "model": "v2", "summary": "v2: fine", "execution": ARN}
    assert reply.variables == wanted


@pytest.mark.parametrize("output", [{"kind": "lost"}, {"kind": "hold", "code": "HoldUntil"}, {"kind": "refuse"}])
def test_a_machine_that_did_nothing_fails_the_action(output: dict[str, Any]) -> None:
    reply = reply_to(execution(output={**output, "reason": "why"}))
    assert isinstance(reply, JobFailed)
    assert reply.message == "nothing was done: why"


def test_nothing_to_do_because_it_is_so_already_is_fine() -> None:
    assert isinstance(reply_to(execution(output={"kind": "hold", "code": "AsWanted"})), JobDone)
    assert isinstance(reply_to(execution()), JobDone)


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_a_failed_machine_fails_the_action_with_its_cause(status: str) -> None:
    reply = reply_to(execution(status, error="RefusedError", cause='{"errorMessage": "not registered"}'))
    assert isinstance(reply, JobFailed)
    assert reply.message == f"the execution {status.lower()}: RefusedError: not registered"
    assert reply_to(execution(status)).kind == "failed"


@given(st.text(max_size=20_000))
def test_no_message_is_longer_than_codepipeline_takes(cause: str) -> None:
    reply = reply_to(execution("FAILED", error="E", cause=cause))
    assert isinstance(reply, JobFailed)
    assert len(reply.message) <= 5000


# --- approvals ------------------------------------------------------------------------------------------------------


def message(**over: Any) -> str:
    (record,) = sample("codepipeline-manual-approval")["Records"]
    body = json.loads(record["Sns"]["Message"])
    return json.dumps({**body, "approval": {**body["approval"], **over}})


def test_the_sample_asks_for_a_release() -> None:
    asked = release_asked(message(), NOW)
    assert isinstance(asked, ReleaseAsked)
    assert (asked.deployment, asked.model) == ("llama-eval", "my-model-v2")
    assert asked.approval.expires_at == datetime(2026, 3, 13, 9, 22, tzinfo=UTC)


def test_a_release_can_be_named_in_json() -> None:
    asked = release_asked(message(customData='{"deployment": "d", "model": "M-1"}'), NOW)
    assert isinstance(asked, ReleaseAsked)
    assert (asked.deployment, asked.model) == ("d", "M-1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "no approval"),
        ("{}", "no approval"),
        (message(customData=None), "names no release"),
        (message(customData="please look"), "names no release"),
        (message(customData='{"deployment": "d"}'), "names no release"),
        (message(customData='{"deployment": "../d", "model": "m"}'), "names no release"),
        (message(customData='{"deployment": "d", "model": "{% $m %}"}'), "names no release"),
        (message(customData=json.dumps({"deployment": "d" * 46, "model": "m"})), "names no release"),
        (message(token=""), "lacks its"),
        (message(expires="soon"), "lacks its"),
        (message(expires="2026-03-06T12:00Z"), "expired at 2026-03-06 12:00 UTC"),
    ],
)
def test_what_is_not_for_us_is_left_with_the_reason(text: str, told: str) -> None:
    left = release_asked(text, NOW)
    assert isinstance(left, str)
    assert told in left


def test_an_approval_may_have_no_end() -> None:
    asked = release_asked(message(expires=None), NOW + timedelta(days=400))
    assert isinstance(asked, ReleaseAsked)
    assert asked.approval.expires_at is None


@given(st.text())
def test_no_message_breaks_it(text: str) -> None:
    assert isinstance(release_asked(text, NOW), str)
