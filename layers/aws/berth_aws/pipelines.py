"""Answering CodePipeline: a job of a Lambda action, and a manual approval.

Each answer is True if it counted, False if nobody waits for it any more: answered before, expired, or not of here.
"""

from berth_aws.clients import Client
from berth_aws.translate import Answer, fine_if
from berth_core.pipelines import ApprovalAsked, Continue, JobFailed, JobReply


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
