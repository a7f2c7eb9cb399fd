"""A CodePipeline job of a Lambda action -> {"kind": "continue" | "done" | "failed", "reason", "counted"}"""

from berth_aws.steps.answer_pipeline_job import JobAnswered, answer_pipeline_job
from berth_core.errors import RefusedError
from berth_core.pipelines import job_of
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    release_promote: str
    endpoint_rotate: str
    endpoint_deploy: str
    window_handover: str
    deployment_reconcile: str
    plan_purchase: str


@entry(AnyEvent, Settings)
def handler(event: AnyEvent, settings: Settings) -> JobAnswered:
    try:
        job = job_of(event.root)
    except ValueError as error:
        raise RefusedError(str(error)) from None
    return answer_pipeline_job(job, settings.model_dump(), settings.ledger_table)
