"""{"deployment", "holder"} -> {"asked": text}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_deletion import apply_deletion
from berth_aws.steps.apply_endpoint import Asked
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


@entry(Turn, StackSettings)
def handler(request: Turn, settings: StackSettings) -> Asked:
    ledger = Ledger.named(settings.ledger_table)
    return apply_deletion(request.deployment, request.holder, settings.stack, ledger, now(), request.fence)
