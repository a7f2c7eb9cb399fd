"""When a deployment begins to buy: a plan that its manifest wants, or more time on the one that it stands on.

A plan is begun once for each version of the manifest, and never again once its terms have bought one; an extension once
for each end. What is begun asks people and takes days, so the endpoint's own ways go on beside it.
"""

from datetime import datetime, timedelta

from berth_core.decide.begun import purchase_of
from berth_core.decide.extending import EARLIEST, LATEST, ends_at
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import closes_at, unavailable
from berth_core.decide.rungs import TAKE
from berth_core.decide.standing_on import block_under, plan_under
from berth_core.decisions import BeginPurchase
from berth_core.facts import PlanSeen, PlanStatus, Snapshot
from berth_core.model import Frozen, Time
from berth_core.naming import short_hash
from berth_core.ordering import BUY_WITHIN, PurchaseRequest, extension_key, missing_plan, order_of_manifest
from berth_core.purchases import Order, Purchase

AHEAD = {"required": timedelta(days=3), "none": timedelta(hours=6)}
"""Before a yes is of no use any more: people need a working day, whatever the day it is."""


class Due(Frozen):
    """A purchase that is to begin, and when."""

    key: str
    reason: str
    request: PurchaseRequest
    begin_at: Time


def spend(seen: Snapshot, intent: Intent) -> BeginPurchase | None:
    """The next purchase that is due and was not begun yet; None as long as there is none."""
    for due in _dues(seen):
        # The hour: a run that died before its claim has left no row, and its name can't be taken again.
        about = short_hash(due.key, seen.deployment.version, f"{seen.now:%Y-%m-%dT%H}", digits=16)
        name = f"{seen.deployment.name}-{about}"
        if due.begin_at <= seen.now and name not in intent.begun:
            request = due.request.model_dump(mode="json", exclude_none=True)
            return BeginPurchase(id=name, reason=due.reason, request=request)
    return None


def spends_at(seen: Snapshot) -> datetime | None:
    """When the next purchase is due."""
    return min((due.begin_at for due in _dues(seen)), default=None)


def _dues(seen: Snapshot) -> list[Due]:
    if seen.deployment.removed_at is not None:
        return []
    return [due for due in (_plan(seen), _extension(seen)) if due is not None]


def _plan(seen: Snapshot) -> Due | None:
    """The plan that `reservation.purchase` wants, if a name is free for it and its terms haven't bought one yet."""
    manifest = seen.deployment.manifest
    existing = [plan.name for plan in seen.plans]
    if manifest.reservation.purchase is None or missing_plan(seen.deployment, existing) is None:
        return None
    order = order_of_manifest(PurchaseRequest(), seen.deployment, seen.plans, None)
    until = manifest.hold_until
    waits = until is not None and until > seen.now
    if any(_is_settled(seen, each, order) for each in seen.purchases if each.order.kind == "plan"):
        return None
    if order.not_after is not None and order.not_after <= seen.now:
        return None
    earliest = order.not_before - EARLIEST if order.not_before else seen.now
    return Due(
        key=order.key,
        reason=f"there is no plan {order.plan}, and the manifest wants one bought",
        request=PurchaseRequest(deployment=seen.deployment.name, plan=order.plan),
        begin_at=max(earliest, until) if waits and until else earliest,
    )


def _is_settled(seen: Snapshot, purchase: Purchase, order: Order) -> bool:
    """Whether an earlier request stands for this one: its name under way, its version, or terms that have bought."""
    before = purchase.order
    if before.key == order.key and purchase.is_open and purchase.lapses_at > seen.now:
        return True
    if purchase.askers.get(seen.deployment.name) == order.version:
        return True
    return before.deployment == order.deployment and _has_bought(seen, purchase) and _terms(before) == _terms(order)


def _has_bought(seen: Snapshot, purchase: Purchase) -> bool:
    """Also where its run could not see it through: AWS took the call, or a plan of its name is there since."""
    if purchase.is_bought or purchase.called_at is None:
        return purchase.is_bought
    plan = next((plan for plan in seen.plans if plan.name == purchase.order.plan), None)
    if purchase.code == "PaymentFailed" or (plan is not None and plan.status is PlanStatus.FAILED):
        return False
    return plan is not None or purchase.plan_arn is not None


def _terms(order: Order) -> tuple[object, ...]:
    return order.instance_type, order.instance_count, order.hours, order.not_before, order.not_after


def _extension(seen: Snapshot) -> Due | None:
    """More time, days before the way off begins; unless a rung before it in the ladder could be taken."""
    end_of_window = seen.deployment.manifest.end_of_window
    terms = end_of_window.extend
    plan, block = plan_under(seen), block_under(seen)
    if terms is None or "extend" not in end_of_window.ladder or plan is None or block is None:
        return None
    if plan.name not in seen.deployment.manifest.reservation.plans:
        return None  # it stands there still, but the manifest doesn't want it any more
    end = ends_at(plan)
    if end is None or block.ends_at != end or _was_begun(seen, plan, end) or _another_rung_first(seen):
        return None
    answer_by = min(closes_at(seen, plan, block) - BUY_WITHIN, end - LATEST - BUY_WITHIN)
    if answer_by <= seen.now:
        return None
    return Due(
        key=extension_key(plan.name, end),
        reason=f"plan {plan.name} ends at {end:%Y-%m-%d %H:%M} UTC, and the ladder begins with more time on it",
        request=PurchaseRequest(deployment=seen.deployment.name, extend_plan=plan.name, answer_by=answer_by),
        begin_at=max(answer_by - AHEAD[terms.approval], end - EARLIEST),
    )


def _was_begun(seen: Snapshot, plan: PlanSeen, end: datetime) -> bool:
    before = purchase_of(seen, extension_key(plan.name, end))
    if before is None:
        return False
    return before.is_open or before.is_bought or before.askers.get(seen.deployment.name) == seen.deployment.version


def _another_rung_first(seen: Snapshot) -> bool:
    ladder = seen.deployment.manifest.end_of_window.ladder
    earlier = ladder[: ladder.index("extend")]
    return any(unavailable(seen, rung) is None and not isinstance(TAKE[rung](seen, Intent()), str) for rung in earlier)
