"""{"token", "deployment", "holder", "until": "settled" | "gone", "settled_by"} -> {"resumed"}

The state waits for its token.
"""

from berth_aws.ledger import Ledger
from berth_aws.steps.await_endpoint import Waiting, await_endpoint
from berth_aws.waiters import Until
from berth_core.model import Time
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import LedgerSettings


class Request(Turn):
    token: str
    until: Until
    settled_by: Time | None = None


@entry(Request, LedgerSettings)
def handler(request: Request, settings: LedgerSettings) -> Waiting:
    ledger = Ledger.named(settings.ledger_table)
    return await_endpoint(
        request.deployment, request.holder, request.token, request.until, ledger, now(), request.settled_by
    )
