"""Manual approvals as CodePipeline lists them, against its own model."""

from datetime import timedelta
from typing import Any

import pytest

from berth_aws.pipelines import approval_seen, approvals_seen
from berth_core.errors import RefusedError
from berth_core.pipelines import ActionChanged, ApprovalSeen
from tests.contract.test_release_adapters import NOW, stubbed

CHANGED = ActionChanged(pipeline="p", execution_id="11111111-1111-4111-8111-111111111111", stage="s", action="a")


def listed(action: str, category: str, minutes: int, **over: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": "Manual", "version": "1"}
    return {
        "pipelineExecutionId": CHANGED.execution_id,
        "stageName": "s",
        "actionName": action,
        "status": "Succeeded",
        "startTime": NOW + timedelta(minutes=minutes),
        "lastUpdateTime": NOW + timedelta(minutes=minutes + 1),
        "input": {"actionTypeId": kind, "resolvedConfiguration": {"CustomData": f"data {minutes}"}},
        **over,
    }


def test_an_approval_is_read_as_it_stands_over_all_pages_and_its_newest_try_counts() -> None:
    client, stubber = stubbed("codepipeline")
    asked = {"pipelineName": "p", "filter": {"pipelineExecutionId": CHANGED.execution_id}}
    result = {"executionResult": {"externalExecutionSummary": "fine"}}
    first = [listed("b", "Approval", 9), listed("a", "Invoke", 8), listed("a", "Approval", 1, status="Failed")]
    second = [listed("a", "Approval", 2, updatedBy="arn:jane", output=result)]
    stubber.add_response("list_action_executions", {"actionExecutionDetails": first, "nextToken": "more"}, asked)
    stubber.add_response("list_action_executions", {"actionExecutionDetails": second}, asked | {"nextToken": "more"})
    assert approval_seen(client, CHANGED) == ApprovalSeen(
        status="Succeeded",
        custom_data="data 2",
        updated_by="arn:jane",
        summary="fine",
        ended_at=NOW + timedelta(minutes=3),
    )


def test_all_approvals_of_a_pipeline_are_read_each_with_its_newest_try() -> None:
    client, stubber = stubbed("codepipeline")
    other = "22222222-2222-4222-8222-222222222222"
    first = [listed("a", "Approval", 5), listed("a", "Invoke", 6), listed("a", "Approval", 4, status="Failed")]
    second = [listed("a", "Approval", 1, pipelineExecutionId=other), listed("b", "Approval", 2)]
    stubber.add_response(
        "list_action_executions", {"actionExecutionDetails": first, "nextToken": "more"}, {"pipelineName": "p"}
    )
    stubber.add_response(
        "list_action_executions", {"actionExecutionDetails": second}, {"pipelineName": "p", "nextToken": "more"}
    )
    found = {(each.execution_id, each.action): seen.custom_data for each, seen in approvals_seen(client, "p").items()}
    here = CHANGED.execution_id
    assert found == {(here, "a"): "data 5", (here, "b"): "data 2", (other, "a"): "data 1"}


def test_what_codepipeline_does_not_say_of_an_approval_is_left_empty() -> None:
    client, stubber = stubbed("codepipeline")
    bare = listed("a", "Approval", 1)
    del bare["input"]["resolvedConfiguration"], bare["lastUpdateTime"]
    stubber.add_response("list_action_executions", {"actionExecutionDetails": [bare]})
    assert approval_seen(client, CHANGED) == ApprovalSeen(status="Succeeded")


@pytest.mark.parametrize("code", ["PipelineNotFoundException", "PipelineExecutionNotFoundException", ""])
def test_an_approval_that_nobody_knows_is_none(code: str) -> None:
    client, stubber = stubbed("codepipeline")
    if code:
        stubber.add_client_error("list_action_executions", code, "gone")
    else:
        stubber.add_response("list_action_executions", {"actionExecutionDetails": []})
    assert approval_seen(client, CHANGED) is None


def test_a_pipeline_that_is_gone_has_no_approvals() -> None:
    client, stubber = stubbed("codepipeline")
    stubber.add_client_error("list_action_executions", "PipelineNotFoundException", "gone")
    assert approvals_seen(client, "p") == {}


def test_a_pipeline_that_berth_may_not_read_answers_nothing() -> None:
    client, stubber = stubbed("codepipeline")
    stubber.add_client_error("list_action_executions", "AccessDeniedException", "not authorized")
    with pytest.raises(RefusedError, match="not authorized"):
        approval_seen(client, CHANGED)
