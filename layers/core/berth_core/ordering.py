"""From what was asked, by hand or by a manifest, to an order with all its terms."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from berth_core.decide.extending import LATEST, ends_at
from berth_core.errors import RefusedError
from berth_core.facts import PlanSeen, Registration
from berth_core.manifest.money import Approval, CapUsd
from berth_core.manifest.words import InstanceType, PlanName
from berth_core.model import Frozen, Time
from berth_core.naming import short_hash
from berth_core.purchases import Order

BUY_WITHIN = timedelta(minutes=30)
"""From a yes to an extension that is bought and paid."""


def _from_day(given: Any) -> Any:
    """A bare day begins at midnight, UTC."""
    return _midnight(date.fromisoformat(given)) if _is_day(given) else given


def _through_day(given: Any) -> Any:
    """A bare day is all of it."""
    return _midnight(date.fromisoformat(given) + timedelta(days=1)) if _is_day(given) else given


def _is_day(given: Any) -> bool:
    return isinstance(given, str) and len(given) == len("2026-12-01")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


AWS_WORDS = {
    "InstanceType": "instance_type",
    "InstanceCount": "instance_count",
    "DurationHours": "hours",
    "duration_hours": "hours",
    "StartTimeAfter": "not_before",
    "EndTimeBefore": "not_after",
}


class PlanSearch(Frozen):
    """What to look for, in the words of the manifest's `reservation.purchase`; AWS's own names are understood too."""

    instance_type: InstanceType
    instance_count: int = Field(default=1, ge=1)
    hours: int = Field(ge=1)
    not_before: Annotated[Time, BeforeValidator(_from_day)] | None = None
    not_after: Annotated[Time, BeforeValidator(_through_day)] | None = None
    max_blocks: int = Field(default=1, ge=1, le=2)

    @model_validator(mode="before")
    @classmethod
    def _in_our_words(cls, given: Any) -> Any:
        return {AWS_WORDS.get(key, key): value for key, value in given.items()} if isinstance(given, dict) else given


class Extension(Frozen):
    """Which plan to extend by hand, and by how much."""

    plan: PlanName
    days: int = Field(ge=1, le=182)


class PurchaseRequest(Frozen):
    """The input of plan_purchase: a search or an extension by hand, or a deployment whose manifest says it all.

    `plan` names what is bought; with `deployment` and `extend_plan`, that plan is extended as the manifest says.
    """

    deployment: str | None = None
    search: PlanSearch | None = None
    extend: Extension | None = None
    extend_plan: PlanName | None = None
    plan: PlanName | None = None
    max_price_usd: CapUsd | None = None
    approval: Approval | None = None
    answer_by: Time | None = None


def order_by_hand(request: PurchaseRequest, plans: Sequence[PlanSeen]) -> Order:
    """RefusedError for a request without its cap, with two things at once, or for a plan that isn't there."""
    given = [name for name in ("deployment", "search", "extend") if getattr(request, name) is not None]
    if len(given) != 1:
        raise RefusedError(f"give one of deployment, search and extend; {' and '.join(given) or 'none'} was given")
    if request.max_price_usd is None:
        raise RefusedError("max_price_usd is missing: nothing is bought without a cap in USD")
    if request.search is not None:
        return _search_order(request, request.search, request.max_price_usd)
    if request.extend is None:
        raise RefusedError("extend is missing: name the plan and the days")
    plan = _named(plans, request.extend.plan)
    return _extension_order(plan, request.extend.days, request.max_price_usd, request)


def order_of_manifest(
    request: PurchaseRequest, registration: Registration, plans: Sequence[PlanSeen], pinned: Order | None
) -> Order:
    """The manifest's terms as they are now. `pinned` is what this run is about already: its subject stays the same.

    RefusedError if the manifest is gone, or asks for nothing (any more).
    """
    if registration.removed_at is not None:
        raise RefusedError(f"deployment {registration.name!r} was removed: nothing is bought for it")
    if request.extend_plan is not None:
        return _manifest_extension(request, request.extend_plan, registration, plans)
    purchase = registration.manifest.reservation.purchase
    if purchase is None:
        raise RefusedError(f"the manifest of {registration.name!r} has no reservation.purchase: add it, with its cap")
    reservation = registration.manifest.reservation
    plan = _still_named(pinned.plan, registration) if pinned else _wanted_plan(request, registration, plans)
    return Order(
        key=plan,
        kind="plan",
        plan=plan,
        deployment=registration.name,
        version=registration.version,
        instance_type=reservation.instance_type,
        instance_count=purchase.instance_count or reservation.instance_count,
        hours=purchase.hours,
        not_before=_midnight(purchase.not_before) if purchase.not_before else None,
        not_after=_midnight(purchase.not_after + timedelta(days=1)) if purchase.not_after else None,
        max_blocks=purchase.max_blocks,
        max_price_usd=_lower(purchase.max_price_usd, request.max_price_usd),
        approval=_stricter(purchase.approval, request.approval),
    )


def _wanted_plan(request: PurchaseRequest, registration: Registration, plans: Sequence[PlanSeen]) -> str:
    named = registration.manifest.reservation.plans
    if request.plan is not None and request.plan not in named:
        raise _not_named(request.plan, registration)
    plan = request.plan or missing_plan(registration, [each.name for each in plans])
    if plan is None:
        raise RefusedError(f"all plans of {registration.name!r} are there ({', '.join(named)}): name one more")
    return plan


def _still_named(plan: str, registration: Registration) -> str:
    """A plan under a new name is another purchase: the question about the old one is of no use any more."""
    if plan not in registration.manifest.reservation.plans:
        raise _not_named(plan, registration)
    return plan


def _not_named(plan: str, registration: Registration) -> RefusedError:
    """The manifest's cap and approval are for its own plans."""
    known = ", ".join(registration.manifest.reservation.plans) or "none"
    return RefusedError(
        f"the manifest of {registration.name!r} doesn't name plan {plan} (it names {known}): add it to "
        "reservation.plans"
    )


def missing_plan(registration: Registration, existing: Sequence[str]) -> str | None:
    """The name that a plan bought for this deployment would have: the first of the manifest's that isn't there."""
    return next((name for name in registration.manifest.reservation.plans if name not in existing), None)


def pinned_to(order: Order, pinned: Order | None) -> Order:
    """The terms of now for the subject of before: a plan's end, for one, may have moved while somebody was asked."""
    if pinned is None:
        return order
    subject = ("key", "plan", "plan_arn", "plan_ends_at", "answer_by")
    return order.model_copy(update={name: getattr(pinned, name) for name in subject})


def extension_key(plan: str, end: datetime) -> str:
    """One extension of one end: after it the end is another."""
    return f"{plan}@{end:%Y%m%dT%H%MZ}"


def _search_order(request: PurchaseRequest, search: PlanSearch, cap: Decimal) -> Order:
    # The same search is the same purchase: who wants a second plan like it says its name.
    plan = request.plan or f"berth-{short_hash(search.model_dump(mode='json'), digits=12)}"
    return Order(
        key=plan,
        kind="plan",
        plan=plan,
        instance_type=search.instance_type,
        instance_count=search.instance_count,
        hours=search.hours,
        not_before=search.not_before,
        not_after=search.not_after,
        max_blocks=search.max_blocks,
        max_price_usd=cap,
        approval=request.approval or "required",
    )


def _manifest_extension(
    request: PurchaseRequest, name: str, registration: Registration, plans: Sequence[PlanSeen]
) -> Order:
    terms = registration.manifest.end_of_window.extend
    if terms is None:
        raise RefusedError(f"the manifest of {registration.name!r} has no end_of_window.extend: add it, with its cap")
    cap = _lower(terms.max_price_usd, request.max_price_usd)
    plan = _named(plans, name)
    if plan.name not in registration.manifest.reservation.plans:
        raise _not_named(plan.name, registration)
    order = _extension_order(plan, terms.days, cap, request)
    approval = _stricter(terms.approval, request.approval)
    about = {"deployment": registration.name, "version": registration.version, "approval": approval}
    return order.model_copy(update=about)


def _extension_order(plan: PlanSeen, days: int, cap: Decimal, request: PurchaseRequest) -> Order:
    end = ends_at(plan)
    if end is None or not plan.blocks:
        raise RefusedError(f"plan {plan.name} doesn't say when it ends: it can't be extended")
    latest = end - LATEST - BUY_WITHIN
    return Order(
        key=extension_key(plan.name, end),
        kind="extension",
        plan=plan.name,
        instance_type=plan.blocks[-1].instance_type,
        instance_count=plan.blocks[-1].instance_count,
        hours=24 * days,
        max_price_usd=cap,
        approval=request.approval or "required",
        plan_arn=plan.arn,
        plan_ends_at=end,
        answer_by=min(request.answer_by, latest) if request.answer_by else latest,
    )


def _named(plans: Sequence[PlanSeen], name: str) -> PlanSeen:
    plan = next((each for each in plans if name in (each.name, each.arn)), None)
    if plan is None:
        raise RefusedError(f"there is no plan {name} in this account and Region")
    return plan


def _lower(cap: Decimal, by_hand: Decimal | None) -> Decimal:
    """By hand a cap can be lowered; who wants it higher changes the manifest."""
    return cap if by_hand is None else min(cap, by_hand)


def _stricter(rule: Approval, by_hand: Approval | None) -> Approval:
    return "required" if "required" in (rule, by_hand) else "none"
