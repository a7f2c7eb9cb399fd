"""{"deployment", "holder", "purpose", "decision", "intent"?} -> {"kind": "won" | "lost", "reason", "fence"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.claim_decision import Claim, claim_decision
from berth_core.decide.intent import Intent
from berth_core.decisions import Decision
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import LedgerSettings


class Request(Turn):
    purpose: str
    decision: Decision
    intent: Intent = Intent()


@entry(Request, LedgerSettings)
def handler(request: Request, settings: LedgerSettings) -> Claim:
    ledger = Ledger.named(settings.ledger_table)
    return claim_decision(
        request.deployment, request.holder, request.purpose, request.intent, ledger, now(), request.decision
    )
