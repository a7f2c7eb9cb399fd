"""A Lambda action of CodePipeline: starts a machine at its first call, and looks how it goes at each later one."""

from collections.abc import Mapping

from berth_aws import clients
from berth_aws.machines import execution_seen, start_machine
from berth_aws.pipelines import put_job_result
from berth_core.decide.pipeline_purchases import reply_to_purchase
from berth_core.decide.pipelines import reply_to, wish_of
from berth_core.errors import BusyError, RefusedError
from berth_core.model import Frozen
from berth_core.pipelines import PURCHASE, STARTING, Continue, Job, JobFailed, JobReply, JobWish


class JobAnswered(Frozen):
    """`kind` is what CodePipeline was told: continue, done or failed."""

    kind: str
    reason: str
    counted: bool


def answer_pipeline_job(job: Job, machine_arns: Mapping[str, str], table: str) -> JobAnswered:
    """Idempotent: the execution's name follows from the job's id. BusyError if CodePipeline can't be answered."""
    reply = _reply(job, machine_arns, table)
    counted = put_job_result(clients.shared("codepipeline"), job.id, reply)
    reason = (
        reply.token if isinstance(reply, Continue) else reply.message if isinstance(reply, JobFailed) else reply.summary
    )
    return JobAnswered(kind=reply.kind, reason=reason, counted=counted)


def _reply(job: Job, machine_arns: Mapping[str, str], table: str) -> JobReply:
    wish = wish_of(job)
    if isinstance(wish, JobFailed):
        return wish
    try:
        if wish.follows:
            return _followed(wish, machine_arns[wish.machine])
        started = job.token not in ("", STARTING)
        return _looked_at(job, wish, table) if started else _started(job, wish, machine_arns[wish.machine])
    except BusyError:
        return Continue(token=job.token or STARTING)
    except RefusedError as error:
        return JobFailed(type="PermissionError" if "AccessDenied" in str(error) else "JobFailed", message=str(error))


def _started(job: Job, wish: JobWish, machine_arn: str) -> JobReply:
    return Continue(token=start_machine(clients.shared("stepfunctions"), machine_arn, f"job-{job.id}", wish.given))


def _looked_at(job: Job, wish: JobWish, table: str) -> JobReply:
    seen = execution_seen(clients.shared("stepfunctions"), job.token)
    if wish.machine != PURCHASE:
        return reply_to(seen)
    # Late: the other machines need no ledger.
    from berth_aws.ledger import Ledger

    purchases = Ledger.named(table).purchases.all()
    return reply_to_purchase(seen, next((each for each in purchases if each.holder == seen.arn), None))


def _followed(wish: JobWish, machine_arn: str) -> JobReply:
    """An earlier action has started it, and said so with its variable `execution`."""
    if not wish.follows.startswith(f"{machine_arn.replace(':stateMachine:', ':execution:')}:"):
        text = f"UserParameters: execution {wish.follows!r} is none of {wish.machine}"
        return JobFailed(type="ConfigurationError", message=text)
    return reply_to(execution_seen(clients.shared("stepfunctions"), wish.follows))
