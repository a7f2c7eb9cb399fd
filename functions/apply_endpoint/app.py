"""{"deployment", "holder", "decision"} -> {"asked": text}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_endpoint import Asked, apply_endpoint
from berth_core.decisions import Change
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


class Request(Turn):
    decision: Change


@entry(Request, StackSettings)
def handler(request: Request, settings: StackSettings) -> Asked:
    ledger = Ledger.named(settings.ledger_table)
    return apply_endpoint(
        request.deployment, request.holder, request.decision, settings.stack, ledger, now(), request.fence
    )
