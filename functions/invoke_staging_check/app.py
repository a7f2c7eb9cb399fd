"""{"seen": Snapshot, "holder", "staged": Stage, "measured"} -> what was measured, with one check more"""

from berth_aws.ledger import Ledger
from berth_aws.steps.invoke_staging_check import invoke_staging_check
from berth_core.facts import Snapshot
from berth_core.model import Frozen
from berth_core.releases import Measured, Stage
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Request(Frozen):
    seen: Snapshot
    holder: str
    staged: Stage
    measured: Measured


@entry(Request, LedgerSettings)
def handler(request: Request, settings: LedgerSettings) -> Measured:
    ledger = Ledger.named(settings.ledger_table)
    return invoke_staging_check(request.seen, request.holder, request.staged, request.measured, ledger, now)
