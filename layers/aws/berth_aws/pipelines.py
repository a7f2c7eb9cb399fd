"""Answering CodePipeline: a job of a Lambda action, and a manual approval. And how people answered one.

Each answer is True if it counted, False if nobody waits for it any more: answered before, expired, or not of here.
"""

from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import Answer, fine_if
from berth_core.pipelines import ActionChanged, ApprovalAsked, ApprovalSeen, Continue, JobFailed, JobReply


def put_job_result(client: Client, job_id: str, reply: JobReply) -> bool:
    """May be repeated: a job that was answered takes no second answer."""
    if isinstance(reply, JobFailed):
        return _put_failure(client, job_id, reply)
    with fine_if(Answer.GONE, "PutJobSuccessResult"):
        if isinstance(reply, Continue):
            client.put_job_success_result(jobId=job_id, continuationToken=reply.token)
        else:
            client.put_job_success_result(
                jobId=job_id,
                executionDetails={"summary": reply.summary, "externalExecutionId": reply.execution_id},
                outputVariables=reply.variables,
            )
        return True
    return False


def _put_failure(client: Client, job_id: str, reply: JobFailed) -> bool:
    details = {"type": reply.type, "message": reply.message}
    if reply.execution_id:
        details["externalExecutionId"] = reply.execution_id
    with fine_if(Answer.GONE, "PutJobFailureResult"):
        client.put_job_failure_result(jobId=job_id, failureDetails=details)
        return True
    return False


def put_approval(client: Client, asked: ApprovalAsked, *, approved: bool, summary: str) -> bool:
    """Answers exactly the request that `asked` came with. Rejects or approves; a second answer changes nothing."""
    result = {"status": "Approved" if approved else "Rejected", "summary": summary}
    with fine_if(Answer.GONE, "PutApprovalResult"):
        client.put_approval_result(
            pipelineName=asked.pipeline,
            stageName=asked.stage,
            actionName=asked.action,
            token=asked.token,
            result=result,
        )
        return True
    return False


def approval_seen(client: Client, changed: ActionChanged) -> ApprovalSeen | None:
    """The approval as it stands now, its newest try if the stage was retried; None if nobody knows it. Read-only."""
    return _approvals(client, changed.pipeline, filter={"pipelineExecutionId": changed.execution_id}).get(changed)


def approvals_seen(client: Client, pipeline: str) -> dict[ActionChanged, ApprovalSeen]:
    """So for all approvals of a pipeline, as far back as CodePipeline lists them. Empty if there is none. Read-only."""
    return _approvals(client, pipeline)


def _approvals(client: Client, pipeline: str, **asked: Any) -> dict[ActionChanged, ApprovalSeen]:
    with fine_if(Answer.GONE, "ListActionExecutions"):
        pages = client.get_paginator("list_action_executions").paginate(pipelineName=pipeline, **asked)
        found = [each for page in pages for each in page["actionExecutionDetails"] if _is_approval(each)]
        # In which order they are listed isn't documented.
        return {_changed(pipeline, each): _approval(each) for each in sorted(found, key=lambda each: each["startTime"])}
    return {}


def _is_approval(detail: dict[str, Any]) -> bool:
    category: str | None = detail.get("input", {}).get("actionTypeId", {}).get("category")
    return category == "Approval"


def _changed(pipeline: str, detail: dict[str, Any]) -> ActionChanged:
    return ActionChanged(
        pipeline=pipeline,
        execution_id=detail["pipelineExecutionId"],
        stage=detail["stageName"],
        action=detail["actionName"],
    )


def _approval(detail: dict[str, Any]) -> ApprovalSeen:
    """No page shows `updatedBy` for an approval, only botocore's model has it: without it the summary may tell who."""
    result = detail.get("output", {}).get("executionResult", {})
    return ApprovalSeen(
        status=detail["status"],
        custom_data=detail["input"].get("resolvedConfiguration", {}).get("CustomData", ""),
        updated_by=detail.get("updatedBy") or "",
        summary=result.get("externalExecutionSummary") or "",
        ended_at=detail.get("lastUpdateTime"),
    )
