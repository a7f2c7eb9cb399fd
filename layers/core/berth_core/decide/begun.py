"""What has come of the purchases that were begun for a deployment."""

from berth_core.decide.extending import ends_at
from berth_core.decide.standing_on import plan_under
from berth_core.facts import Snapshot
from berth_core.ordering import extension_key
from berth_core.purchases import Purchase


def purchase_of(seen: Snapshot, key: str) -> Purchase | None:
    """The last request for this order."""
    return next((each for each in seen.purchases if each.order.key == key), None)


def why_not_extended(seen: Snapshot) -> str:
    """Why the end has not moved: an extension is begun days ahead, and this is asked when the window closes."""
    plan = plan_under(seen)
    end = ends_at(plan) if plan else None
    purchase = purchase_of(seen, extension_key(plan.name, end)) if plan and end else None
    if purchase is None:
        return "it was not asked for in time; by hand: plan_purchase with extend"
    if purchase.is_open:
        return "there is no yes yet" if purchase.called_at is None else "it is bought, and the end has not moved yet"
    return "it is bought, and the end has not moved" if purchase.is_bought else f"{purchase.code}: {purchase.reason}"
