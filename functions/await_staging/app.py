"""{"token", "deployment", "holder", "endpoint"} -> {"resumed"}. The state waits for its token."""

from berth_aws.ledger import Ledger
from berth_aws.steps.await_endpoint import Waiting
from berth_aws.steps.await_staging import await_staging
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import LedgerSettings


class Request(Turn):
    token: str
    endpoint: str


@entry(Request, LedgerSettings)
def handler(request: Request, settings: LedgerSettings) -> Waiting:
    ledger = Ledger.named(settings.ledger_table)
    return await_staging(request.deployment, request.holder, request.token, request.endpoint, ledger, now())
