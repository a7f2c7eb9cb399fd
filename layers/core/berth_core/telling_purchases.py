"""What the world is told of a purchase's end."""

from datetime import datetime

from berth_core import announcements as news
from berth_core.announcements import Announcement
from berth_core.decide.offers import price_of
from berth_core.purchases import Done, Order, Purchase


def bought_news(purchase: Purchase, decision: Done, at: datetime) -> Announcement | None:
    """None if it was found there: whoever bought it has told, or knows."""
    offer = purchase.offer
    price = price_of(offer) if offer else None
    if decision.found or offer is None or price is None:
        return None
    order = purchase.order
    yes = _yes(purchase)
    if order.kind == "plan":
        return news.plan_purchased(
            deployment=order.deployment,
            at=at,
            reason=f"{decision.reason}; {yes}",
            plan=order.plan,
            plan_arn=decision.plan_arn,
            offering_id=offer.id,
            price_usd=price,
        )
    ends = decision.ends_at or offer.blocks[-1].ends_at
    return news.plan_extended(
        deployment=order.deployment,
        at=at,
        reason=f"{decision.reason}; {yes}",
        plan=order.plan,
        offering_id=offer.id,
        price_usd=price,
        ends_at=ends,
    )


def refused_news(order: Order, purchase: Purchase, at: datetime) -> Announcement:
    """Nothing was bought: too dear, no offer, no yes. Or nobody knows, and that is what is said."""
    offer = purchase.offer
    return news.purchase_refused(
        deployment=order.deployment,
        at=at,
        reason=f"{_what(order, purchase)}: {purchase.reason}",
        code=purchase.code,
        max_price_usd=order.max_price_usd,
        plan=order.plan,
        offering_id=offer.id if offer else None,
        price_usd=price_of(offer) if offer else None,
    )


def _yes(purchase: Purchase) -> str:
    approval = purchase.approval
    if approval is None or approval.answer is None:
        return f"the cap of {purchase.order.max_price_usd} USD is the yes"
    return f"{approval.answer.who} said yes"


def _what(order: Order, purchase: Purchase) -> str:
    done = "extended" if order.kind == "extension" else "bought"
    may_be = purchase.called_at is not None and purchase.code != "PaymentFailed"
    return f"plan {order.plan} may have been {done}" if may_be else f"plan {order.plan} is not {done}"
