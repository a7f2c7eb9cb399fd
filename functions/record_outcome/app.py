"""{"deployment", "holder", "machine", "release", "decision"?, "outcome"?, ...} -> {"entries", "summary"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.record_outcome import Ended, Recorded, record_outcome
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    event_bus: str


@entry(Ended, Settings)
def handler(request: Ended, settings: Settings) -> Recorded:
    return record_outcome(request, settings.event_bus, Ledger.named(settings.ledger_table), now())
