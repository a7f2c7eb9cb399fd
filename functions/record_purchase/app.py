"""{"holder", "seen"?, "decision"?, "failure"?} -> {"entries", "summary", "code"}

With "said", the answer to a request for a yes: -> {"reason"}
"""

from berth_aws.ledger import Ledger
from berth_aws.steps.record_purchase import PurchaseEnded, PurchaseRecorded, record_purchase
from berth_aws.steps.record_purchase_answer import AnswerRecorded, record_purchase_answer
from berth_core.purchases import Said
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    event_bus: str
    schedule_group: str


class Request(PurchaseEnded):
    said: Said = None


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> PurchaseRecorded | AnswerRecorded:
    ledger = Ledger.named(settings.ledger_table)
    if request.seen is not None and "said" in request.model_fields_set:
        return record_purchase_answer(request.seen, request.said, settings.schedule_group, ledger, now())
    return record_purchase(request, settings.event_bus, settings.schedule_group, ledger, now())
