"""{"seen", "decision"} -> {"kind": "won" | "lost", "reason", "seconds"}"""

from typing import Annotated

from pydantic import Field

from berth_aws.ledger import Ledger
from berth_aws.steps.claim_purchase import PurchaseClaim, claim_purchase
from berth_core.model import Frozen
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Ask, Take
from berth_shell.entry import entry
from berth_shell.settings import LedgerSettings


class Request(Frozen):
    seen: PurchaseSeen
    decision: Annotated[Ask | Take, Field(discriminator="kind")]


@entry(Request, LedgerSettings)
def handler(request: Request, settings: LedgerSettings) -> PurchaseClaim:
    return claim_purchase(request.seen, request.decision, Ledger.named(settings.ledger_table))
