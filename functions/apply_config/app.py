"""{"deployment", "holder", "decision"} -> {"config_name"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_config import ConfigMade, apply_config
from berth_core.decisions import Change
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


class Request(Turn):
    decision: Change


@entry(Request, StackSettings)
def handler(request: Request, settings: StackSettings) -> ConfigMade:
    ledger = Ledger.named(settings.ledger_table)
    return apply_config(
        request.deployment, request.holder, request.decision, settings.stack, ledger, now(), request.fence
    )
