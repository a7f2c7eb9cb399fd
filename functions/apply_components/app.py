"""{"deployment", "holder", "decision"} -> {"kind": "waiting" | "settled", "pending"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_components import Progress, apply_components
from berth_core.decisions import Change
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


class Request(Turn):
    decision: Change


@entry(Request, StackSettings)
def handler(request: Request, settings: StackSettings) -> Progress:
    ledger = Ledger.named(settings.ledger_table)
    decision, stack = request.decision, settings.stack
    return apply_components(request.deployment, request.holder, decision, stack, ledger, now(), request.fence)
