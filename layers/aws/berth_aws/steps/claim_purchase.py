"""The claim on an order, before anybody is asked and before anything is bought."""

from berth_aws.ledger import Ledger
from berth_core.model import Frozen
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchase_steps import begun
from berth_core.purchases import Ask, Take


class PurchaseClaim(Frozen):
    """`lost` is no error: another run is at the same order. `seconds` is how long an answer is waited for."""

    kind: str
    reason: str
    seconds: int = 1


def claim_purchase(seen: PurchaseSeen, decision: Ask | Take, ledger: Ledger) -> PurchaseClaim:
    """Idempotent: a run that claims again finds its own claim. Of two at once, one wins."""
    wanted = begun(seen, decision)
    approval = wanted.approval
    seconds = max(1, int((approval.expires_at - seen.now).total_seconds())) if approval else 1
    if ledger.purchases.write(wanted):
        return PurchaseClaim(kind="won", reason=f"{seen.order.key} is claimed", seconds=seconds)
    there = ledger.purchases.get(seen.order.key)
    if there is not None and there.request_id == seen.request_id:
        return PurchaseClaim(kind="won", reason=f"{seen.order.key} was claimed before by this run", seconds=seconds)
    holder = there.holder if there else "another run"
    return PurchaseClaim(kind="lost", reason=f"{holder} is buying {seen.order.key}")
