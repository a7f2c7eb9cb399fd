"""What a release asks AWS, held against botocore's own models, and what it makes of the answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from berth_aws import clients
from berth_aws.asked_model import ask_model
from berth_aws.ledger import Ledger
from berth_aws.machines import execution_seen, start_machine
from berth_aws.models_seen import model_seen
from berth_aws.partitions import history_of
from berth_aws.pipelines import put_approval, put_job_result
from berth_aws.steps.record_release import record_release_answer
from berth_aws.table import Table
from berth_core.decide.releasing import release_approval
from berth_core.errors import BusyError, RefusedError
from berth_core.pipelines import ApprovalAsked, Continue, JobDone, JobFailed, JobReply
from berth_core.releases import ReleaseOutcome
from tests.contract.conftest import REGION

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
ARN = "arn:aws:states:us-east-1:111122223333:stateMachine:berth-release-promote"
ASKED = ApprovalAsked(pipeline="p", stage="s", action="a", token="1a2b3c4d-573f-4ea7-a67e-000000000000")


def stubbed(service: str) -> tuple[Any, Stubber]:
    client = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


# --- models ---------------------------------------------------------------------------------------------------------


def described(**over: Any) -> dict[str, Any]:
    arn = "arn:aws:sagemaker:us-east-1:111122223333:model/m"
    return {"ModelName": "m", "ModelArn": arn, "CreationTime": NOW, **over}


def test_what_of_a_model_decides_where_it_runs() -> None:
    client, stubber = stubbed("sagemaker")
    container = {"Image": "i", "Mode": "MultiModel", "ImageConfig": {"RepositoryAccessMode": "Vpc"}}
    network = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    answer = described(PrimaryContainer=container, VpcConfig=network, EnableNetworkIsolation=True)
    stubber.add_response("describe_model", answer, {"ModelName": "m"})
    seen = model_seen(client, "m")
    assert seen is not None
    assert (seen.in_vpc, seen.isolated, seen.created_at) == (True, True, NOW)
    (only,) = seen.containers
    assert (only.image, only.multi_model, only.private_registry) == ("i", True, True)


def test_a_pipeline_has_all_its_containers() -> None:
    client, stubber = stubbed("sagemaker")
    stubber.add_response("describe_model", described(Containers=[{"Image": "one"}, {"Image": "two"}]))
    seen = model_seen(client, "m")
    assert seen is not None
    assert [each.image for each in seen.containers] == ["one", "two"]


def test_a_model_that_is_not_there_is_none() -> None:
    client, stubber = stubbed("sagemaker")
    stubber.add_client_error("describe_model", "ValidationException", 'Could not find model "m".')
    assert model_seen(client, "m") is None


# --- asking the model -----------------------------------------------------------------------------------------------


def clock() -> Any:
    """Half a second from one look to the next."""
    moments = iter(NOW + timedelta(milliseconds=500 * step) for step in range(10))
    return lambda: next(moments)


def test_an_answer_comes_with_the_time_that_it_took() -> None:
    from io import BytesIO

    from botocore.response import StreamingBody

    client, stubber = stubbed("sagemaker-runtime")
    body = StreamingBody(BytesIO(b'{"label": 1}'), 12)
    stubber.add_response("invoke_endpoint", {"Body": body, "ContentType": "application/json"})
    reply = ask_model(client, "e", "{}", "application/json", clock())
    assert (reply.status, reply.body, reply.latency_ms) == (200, '{"label": 1}', 500)


def test_the_containers_own_error_is_an_answer() -> None:
    client, stubber = stubbed("sagemaker-runtime")
    fields = {"OriginalStatusCode": 422, "OriginalMessage": "no such field"}
    stubber.add_client_error("invoke_endpoint", "ModelError", "Received client error (422)", 424, modeled_fields=fields)
    reply = ask_model(client, "e", "{}", "application/json", clock())
    assert (reply.status, reply.latency_ms) == (422, 500)
    assert reply.body == "no such field"


def test_a_model_that_warms_up_is_asked_later() -> None:
    client, stubber = stubbed("sagemaker-runtime")
    stubber.add_client_error("invoke_endpoint", "ModelNotReadyException", "not ready", 429)
    with pytest.raises(BusyError):
        ask_model(client, "e", "{}", "application/json", clock())


# --- machines -------------------------------------------------------------------------------------------------------


def test_an_execution_that_was_started_before_is_the_same_one() -> None:
    client, stubber = stubbed("stepfunctions")
    stubber.add_client_error("start_execution", "ExecutionAlreadyExists", "exists")
    wanted = "arn:aws:states:us-east-1:111122223333:execution:berth-release-promote:job-1"
    assert start_machine(client, ARN, "job-1", {"deployment": "d"}) == wanted


def test_a_token_that_names_no_execution_is_refused() -> None:
    client, stubber = stubbed("stepfunctions")
    stubber.add_client_error("describe_execution", "ExecutionDoesNotExist", "no such execution")
    with pytest.raises(RefusedError, match="no such execution"):
        execution_seen(client, ARN.replace("stateMachine", "execution") + ":made-up")


def test_an_output_that_is_no_object_is_kept_all_the_same() -> None:
    client, stubber = stubbed("stepfunctions")
    answer = {
        "executionArn": f"{ARN}:x",
        "stateMachineArn": ARN,
        "status": "SUCCEEDED",
        "startDate": NOW,
        "output": "[1]",
    }
    stubber.add_response("describe_execution", answer)
    assert execution_seen(client, ARN).output == {"output": [1]}


# --- CodePipeline ---------------------------------------------------------------------------------------------------

REPLIES = [
    (Continue(token="t"), "put_job_success_result", {"continuationToken": "t"}),
    (
        JobDone(summary="fine", execution_id="x", variables={"kind": "done"}),
        "put_job_success_result",
        {"executionDetails": {"summary": "fine", "externalExecutionId": "x"}, "outputVariables": {"kind": "done"}},
    ),
    (
        JobFailed(type="ConfigurationError", message="why"),
        "put_job_failure_result",
        {"failureDetails": {"type": "ConfigurationError", "message": "why"}},
    ),
    (
        JobFailed(type="JobFailed", message="why", execution_id="x"),
        "put_job_failure_result",
        {"failureDetails": {"type": "JobFailed", "message": "why", "externalExecutionId": "x"}},
    ),
]


@pytest.mark.parametrize(("reply", "operation", "sent"), REPLIES)
def test_a_job_is_answered_in_codepipelines_words(reply: JobReply, operation: str, sent: dict[str, Any]) -> None:
    client, stubber = stubbed("codepipeline")
    stubber.add_response(operation, {}, {"jobId": "1", **sent})
    assert put_job_result(client, "1", reply)


@pytest.mark.parametrize("code", ["JobNotFoundException", "InvalidJobStateException"])
@pytest.mark.parametrize(("reply", "operation", "_sent"), REPLIES)
def test_a_job_that_nobody_waits_for_is_nobodys_failure(reply: JobReply, operation: str, _sent: Any, code: str) -> None:
    client, stubber = stubbed("codepipeline")
    stubber.add_client_error(operation, code, "gone")
    assert not put_job_result(client, "1", reply)


@pytest.mark.parametrize(("approved", "status"), [(True, "Approved"), (False, "Rejected")])
def test_an_approval_is_answered_with_its_token(approved: bool, status: str) -> None:
    client, stubber = stubbed("codepipeline")
    sent = {
        "pipelineName": "p",
        "stageName": "s",
        "actionName": "a",
        "token": ASKED.token,
        "result": {"summary": "measured", "status": status},
    }
    stubber.add_response("put_approval_result", {"approvedAt": NOW}, sent)
    assert put_approval(client, ASKED, approved=approved, summary="measured")


@pytest.mark.parametrize(
    "code",
    [
        "InvalidApprovalTokenException",
        "ApprovalAlreadyCompletedException",
        "PipelineNotFoundException",
        "StageNotFoundException",
        "ActionNotFoundException",
    ],
)
def test_an_answer_that_nobody_waits_for_is_nobodys_failure(code: str) -> None:
    client, stubber = stubbed("codepipeline")
    stubber.add_client_error("put_approval_result", code, "no")
    assert not put_approval(client, ASKED, approved=True, summary="measured")


def test_an_approval_that_berth_may_not_answer_is_refused() -> None:
    client, stubber = stubbed("codepipeline")
    stubber.add_client_error("put_approval_result", "AccessDeniedException", "not authorized")
    with pytest.raises(RefusedError, match="not authorized"):
        put_approval(client, ASKED, approved=True, summary="measured")


# --- the ledger -----------------------------------------------------------------------------------------------------


PASSED = ReleaseOutcome(
    kind="passed", reason="r", summary="measured", release_id="1", model="m", started_at=NOW, ended_at=NOW
)


def test_what_came_of_a_release_stands_beside_who_said_yes_to_it(table: Table, moto_ledger: Ledger) -> None:
    releases = moto_ledger.releases
    assert releases.approval("llama-eval", PASSED) is None
    releases.keep("llama-eval", PASSED)
    releases.keep_approval("llama-eval", PASSED, release_approval(PASSED, "token", NOW))
    releases.keep("llama-eval", PASSED.model_copy(update={"kind": "promoted"}))
    came, approval = table.query(history_of("llama-eval"))
    assert (came["kind"], approval["token"], approval["seen"]) == ("promoted", "token", "measured")
    assert releases.approval("llama-eval", PASSED) == release_approval(PASSED, "token", NOW)


def test_who_answered_when_and_what_they_saw_is_kept_and_nobody_is_reminded(
    moto_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler, stubber = stubbed("scheduler")
    monkeypatch.setattr(clients, "shared", lambda _service: scheduler)
    dropped = {"Name": "approval-1", "GroupName": "berth"}
    stubber.add_response("delete_schedule", {}, dropped)
    stubber.add_client_error("delete_schedule", "ResourceNotFoundException", "gone", expected_params=dropped)
    moto_ledger.releases.keep_approval("llama-eval", PASSED, release_approval(PASSED, "token", NOW))
    said = {"decision": "approve", "release_id": "1", "who": "ada"}
    for minutes in (5, 6):
        at = NOW + timedelta(minutes=minutes)
        given = record_release_answer("llama-eval", PASSED, said, "berth", moto_ledger, at)
        assert given.answered_at == NOW + timedelta(minutes=5)
        assert not given.token
    kept = moto_ledger.releases.approval("llama-eval", PASSED)
    assert kept is not None
    assert kept.answer is not None
    assert (kept.answer.who, kept.seen, kept.answered_at) == ("ada", "measured", NOW + timedelta(minutes=5))
    stubber.assert_no_pending_responses()


def test_an_answer_to_a_release_that_nobody_was_asked_about_is_refused(moto_ledger: Ledger) -> None:
    with pytest.raises(RefusedError, match="nobody was asked"):
        record_release_answer("llama-eval", PASSED, {}, "berth", moto_ledger, NOW)
