"""A Lambda action of CodePipeline: starts a machine at its first call, and looks how it goes at each later one."""

from collections.abc import Mapping

from berth_aws import clients
from berth_aws.machines import execution_seen, start_machine
from berth_aws.pipelines import put_job_result
from berth_core.decide.pipelines import reply_to, wish_of
from berth_core.errors import BusyError, RefusedError
from berth_core.model import Frozen
from berth_core.pipelines import STARTING, Continue, Job, JobFailed, JobReply, JobWish


class JobAnswered(Frozen):
    """`kind` is what CodePipeline was told: continue, done or failed."""

    kind: str
    reason: str
    counted: bool


def answer_pipeline_job(job: Job, machine_arns: Mapping[str, str]) -> JobAnswered:
    """Idempotent: the execution's name follows from the job's id. BusyError if CodePipeline can't be answered."""
    reply = _reply(job, machine_arns)
    counted = put_job_result(clients.shared("codepipeline"), job.id, reply)
    reason = (
        reply.token if isinstance(reply, Continue) else reply.message if isinstance(reply, JobFailed) else reply.summary
    )
    return JobAnswered(kind=reply.kind, reason=reason, counted=counted)


def _reply(job: Job, machine_arns: Mapping[str, str]) -> JobReply:
    wish = wish_of(job)
    if isinstance(wish, JobFailed):
        return wish
    try:
        return _started(job, wish, machine_arns[wish.machine]) if job.token in ("", STARTING) else _looked_at(job)
    except BusyError:
        return Continue(token=job.token or STARTING)
    except RefusedError as error:
        return JobFailed(type="PermissionError" if "AccessDenied" in str(error) else "JobFailed", message=str(error))


def _started(job: Job, wish: JobWish, machine_arn: str) -> JobReply:
    return Continue(token=start_machine(clients.shared("stepfunctions"), machine_arn, f"job-{job.id}", wish.given))


def _looked_at(job: Job) -> JobReply:
    return reply_to(execution_seen(clients.shared("stepfunctions"), job.token))
