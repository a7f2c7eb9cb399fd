"""{"deployment", "outcome": ReleaseOutcome} -> {"entries", "summary"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.record_outcome import Recorded
from berth_aws.steps.record_release import record_release
from berth_core.model import Frozen
from berth_core.releases import ReleaseOutcome
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    event_bus: str


class Request(Frozen):
    deployment: str
    outcome: ReleaseOutcome


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> Recorded:
    ledger = Ledger.named(settings.ledger_table)
    return record_release(request.deployment, request.outcome, settings.event_bus, ledger)
