"""{"deployment", "holder", "staged": Stage} -> {"asked", "cleaned"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_staging import StagingMade, apply_staging
from berth_core.releases import Stage
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


class Request(Turn):
    staged: Stage


@entry(Request, StackSettings)
def handler(request: Request, settings: StackSettings) -> StagingMade:
    ledger = Ledger.named(settings.ledger_table)
    return apply_staging(request.deployment, request.holder, request.staged, settings.stack, ledger, now())
