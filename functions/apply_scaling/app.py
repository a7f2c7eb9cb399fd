"""{"deployment", "holder", "decision", "phase": "before" | "after"} -> {"components"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_scaling import Asked, Phase, apply_scaling
from berth_core.decisions import Change
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


class Request(Turn):
    decision: Change
    phase: Phase


@entry(Request, StackSettings)
def handler(request: Request, settings: StackSettings) -> Asked:
    ledger = Ledger.named(settings.ledger_table)
    decision, phase, stack = request.decision, request.phase, settings.stack
    return apply_scaling(request.deployment, request.holder, decision, phase, stack, ledger, now(), request.fence)
