"""A "SageMaker Endpoint State Change" event -> {"resumed": n}"""

from berth_aws.steps.resume_waiters import Resumed, resume_waiters
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import LedgerSettings


@entry(AnyEvent, LedgerSettings)
def handler(event: AnyEvent, settings: LedgerSettings) -> Resumed:
    return resume_waiters(event.root, settings.ledger_table)
