"""{"seen": PurchaseSeen, "said"?: what came back from the wait} -> PurchaseDecision. Pure: no AWS layer, no setting."""

from berth_core.decide.purchasing import decide_purchase
from berth_core.model import Frozen
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import PurchaseDecision, Said
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    seen: PurchaseSeen
    said: Said | None = None


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> PurchaseDecision:
    return decide_purchase(request.seen, request.said)
