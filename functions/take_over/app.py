"""{"deployment", "holder", "decision"} -> {"kind": "won" | "lost", "reason", "fence"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.claim_decision import Claim
from berth_aws.steps.take_over import take_over
from berth_core.decisions import TakeOver
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import LedgerSettings


class Request(Turn):
    decision: TakeOver


@entry(Request, LedgerSettings)
def handler(request: Request, settings: LedgerSettings) -> Claim:
    ledger = Ledger.named(settings.ledger_table)
    return take_over(request.deployment, request.holder, request.decision, ledger, now())
