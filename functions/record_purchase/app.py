"""{"holder", "seen"?, "decision"?, "failure"?} -> {"entries", "summary", "code"}"""

from berth_aws.ledger import Ledger
from berth_aws.steps.record_purchase import PurchaseEnded, PurchaseRecorded, record_purchase
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    event_bus: str
    schedule_group: str


@entry(PurchaseEnded, Settings)
def handler(request: PurchaseEnded, settings: Settings) -> PurchaseRecorded:
    ledger = Ledger.named(settings.ledger_table)
    return record_purchase(request, settings.event_bus, settings.schedule_group, ledger, now())
