"""{"deployment", "holder", "keep": [config name]} -> {"deleted": [config name]}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.clean_configs import Cleaned, clean_configs
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


class Request(Turn):
    keep: tuple[str, ...]


@entry(Request, StackSettings)
def handler(request: Request, settings: StackSettings) -> Cleaned:
    keep = frozenset(request.keep)
    ledger = Ledger.named(settings.ledger_table)
    return clean_configs(request.deployment, request.holder, keep, settings.stack, ledger, now(), request.fence)
