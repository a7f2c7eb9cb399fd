"""{"deployment", "holder", "staged": Stage} -> {"deleted": [endpoint name]}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.clean_staging import StagingCleaned, clean_staging
from berth_core.releases import Stage
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import StackSettings


class Request(Turn):
    staged: Stage


@entry(Request, StackSettings)
def handler(request: Request, settings: StackSettings) -> StagingCleaned:
    ledger = Ledger.named(settings.ledger_table)
    return clean_staging(request.deployment, request.holder, request.staged, settings.stack, ledger, now())
