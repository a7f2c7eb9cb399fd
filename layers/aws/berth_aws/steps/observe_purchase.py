"""All that a decision about a purchase may look at, read afresh: the terms, the market, the plans, the money."""

from datetime import datetime

from berth_aws import clients, market
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import list_plans
from berth_core.errors import RefusedError
from berth_core.facts import PlanSeen
from berth_core.naming import short_hash
from berth_core.ordering import PurchaseRequest, order_by_hand, order_of_manifest, pinned_to
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Extended, Offer, Order, SpendingPolicy, month_of

Market = tuple[tuple[Offer, ...], tuple[Extended, ...], str]
"""What is on sale, what was bought for the plan before, and AWS's words if it won't say."""


def observe_purchase(
    request: PurchaseRequest, holder: str, pinned: Order | None, ledger: Ledger, policy: SpendingPolicy, now: datetime
) -> PurchaseSeen:
    """Reads only. RefusedError for a request that makes no order. `pinned` is the order of this run's first look.

    Once it is called, neither the manifest nor the market is asked any more: it is only looked for.
    """
    sagemaker = clients.shared("sagemaker")
    # By list, not by name: where AWS takes a name twice, a description would show one of them.
    plans = list_plans(sagemaker)
    called = _called(pinned, request_id(holder), ledger)
    order = called or pinned_to(_order(request, plans, pinned, ledger), pinned)
    purchase = ledger.purchases.get(order.key)
    offers, history, no_offers_why = _on_sale(sagemaker, order, now) if called is None else _to_follow(sagemaker, order)
    return PurchaseSeen(
        now=now,
        holder=holder,
        request_id=request_id(holder),
        order=order,
        policy=policy,
        plan=next((plan for plan in plans if order.plan in (plan.name, plan.arn)), None),
        offers=offers,
        no_offers_why=no_offers_why,
        history=history,
        purchase=purchase,
        month=ledger.spending.of(month_of(now)),
    )


def _on_sale(sagemaker: clients.Client, order: Order, now: datetime) -> Market:
    """A no to the search is a no to this order: seen as one, it is recorded and told with AWS's words. So is a no to
    what was bought before, without which an extension could be bought twice."""
    try:
        return market.offers_for(sagemaker, order, now), _history(sagemaker, order), ""
    except RefusedError as error:
        return (), (), str(error)


def _to_follow(sagemaker: clients.Client, order: Order) -> Market:
    """Once it is called, only what came of it counts; a no to that question answers nothing, and stops the run."""
    return (), _history(sagemaker, order), ""


def _history(sagemaker: clients.Client, order: Order) -> tuple[Extended, ...]:
    return market.history(sagemaker, order.plan_arn) if order.plan_arn else ()


def request_id(holder: str) -> str:
    """One execution is one request; it stays the same through its retries."""
    return short_hash(holder, digits=16)


def _called(pinned: Order | None, asker: str, ledger: Ledger) -> Order | None:
    """The order as this run has called for it already."""
    purchase = ledger.purchases.get(pinned.key) if pinned is not None else None
    if purchase is None or purchase.request_id != asker or purchase.called_at is None:
        return None
    return purchase.order


def _order(request: PurchaseRequest, plans: tuple[PlanSeen, ...], pinned: Order | None, ledger: Ledger) -> Order:
    if request.deployment is None or request.search is not None or request.extend is not None:
        return order_by_hand(request, plans)
    registration = ledger.registrations.get(request.deployment)
    if registration is None:
        name = request.deployment
        raise RefusedError(f"deployment {name!r} isn't registered: put deployments/{name}.yaml into the bucket")
    return order_of_manifest(request, registration, plans, pinned)
