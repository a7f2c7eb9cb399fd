"""Offers, orders and what was seen of them: valid by default."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from berth_core.decide.approving import approval_for
from berth_core.facts import Block, PlanSeen
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Approval, Month, Offer, OfferBlock, Order, Purchase, SpendingPolicy

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
START = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)
P5 = "ml.p5.48xlarge"
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p5"


def offer(offer_id: str = "tpo-a", *, price: str | None = "900.00", starts: datetime = START, **over: Any) -> Offer:
    """One block of a day."""
    fields: dict[str, Any] = {
        "id": offer_id,
        "price": price,
        "currency": "USD",
        "hours": 24,
        "targets": ("endpoint",),
        "blocks": (block(starts, starts + DAY),),
    }
    return Offer(**(fields | over))


def block(starts: datetime | None, ends: datetime | None, **over: Any) -> OfferBlock:
    fields: dict[str, Any] = {"starts_at": starts, "ends_at": ends, "instance_type": P5, "instance_count": 1}
    return OfferBlock(**(fields | over))


def order(**over: Any) -> Order:
    fields: dict[str, Any] = {
        "key": "p5",
        "kind": "plan",
        "plan": "p5",
        "instance_type": P5,
        "instance_count": 1,
        "hours": 24,
        "max_price_usd": Decimal(1000),
        "approval": "none",
    }
    return Order(**(fields | over))


def extension_order(**over: Any) -> Order:
    end = START + 7 * DAY
    fields = {"key": "p5@end", "kind": "extension", "plan_arn": ARN, "plan_ends_at": end, "answer_by": end - DAY / 8}
    return order(**(fields | over))


def plan(status: str = "Scheduled", ends: datetime = START + 7 * DAY) -> PlanSeen:
    reserved = Block(starts_at=START, ends_at=ends, instance_type=P5, instance_count=1)
    return PlanSeen.model_validate({"name": "p5", "arn": ARN, "status": status, "blocks": (reserved,)})


def purchase(ordered: Order, **over: Any) -> Purchase:
    """Claimed by `me` for the default offer."""
    fields: dict[str, Any] = {
        "order": ordered,
        "request_id": "me",
        "holder": "execution me",
        "begun_at": NOW,
        "lapses_at": NOW + DAY,
        "offer": offer(),
        "revision": 1,
    }
    return Purchase(**(fields | over))


def asked(ordered: Order) -> Approval:
    return approval_for(ordered, offer(), Decimal("900.00"), NOW)


def seen(ordered: Order | None = None, **over: Any) -> PurchaseSeen:
    fields: dict[str, Any] = {
        "now": NOW,
        "holder": "execution me",
        "request_id": "me",
        "order": ordered or order(),
        "policy": SpendingPolicy(stack="berth", budget_usd=Decimal(2000)),
        "offers": (offer(),),
        "month": Month(month="2026-03"),
    }
    return PurchaseSeen(**(fields | over))
