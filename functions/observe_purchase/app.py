"""{"request", "holder", "order"?} -> PurchaseSeen"""

from decimal import Decimal

from berth_aws.ledger import Ledger
from berth_aws.steps.observe_purchase import observe_purchase
from berth_core.model import Frozen
from berth_core.ordering import PurchaseRequest
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Order, SpendingPolicy
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.settings import StackSettings


class Request(Frozen):
    request: PurchaseRequest
    holder: str
    order: Order | None = None


class Settings(StackSettings):
    observe_only: bool
    purchase_budget_usd: Decimal


@entry(Request, Settings)
def handler(asked: Request, settings: Settings) -> PurchaseSeen:
    budget_usd, observe_only = settings.purchase_budget_usd, settings.observe_only
    policy = SpendingPolicy(stack=settings.stack, budget_usd=budget_usd, observe_only=observe_only)
    return observe_purchase(
        asked.request, asked.holder, asked.order, Ledger.named(settings.ledger_table), policy, now()
    )
