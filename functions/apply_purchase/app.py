"""{"key", "request_id", "decision"} -> {"asked"}"""

from decimal import Decimal

from berth_aws.ledger import Ledger
from berth_aws.steps.apply_purchase import Bought, apply_purchase
from berth_core.model import Frozen
from berth_core.purchases import Buy
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import StackSettings


class Request(Frozen):
    key: str
    request_id: str
    decision: Buy


class Settings(StackSettings):
    purchase_budget_usd: Decimal


@entry(Request, Settings)
def handler(request: Request, settings: Settings) -> Bought:
    ledger, budget_usd = Ledger.named(settings.ledger_table), settings.purchase_budget_usd
    return apply_purchase(request.key, request.request_id, request.decision, settings.stack, budget_usd, ledger, now())
