"""Extending a plan: whether AWS would take it, and whether it has been done already (aws-facts 1.5)."""

from datetime import datetime, timedelta

from berth_core.facts import PlanSeen, PlanStatus
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Done, Extended, NotBought, Wait

LATEST = timedelta(hours=1)
EARLIEST = timedelta(days=56)
"""One copy of AWS's page says 57 days, the other 56."""
PENDING = "pending"
FAILED = "failed"


def sold_days(days: int) -> bool:
    """AWS extends by days up to 14, then by weeks up to 182 days."""
    return 1 <= days <= 14 or (days % 7 == 0 and days <= 182)


def ends_at(plan: PlanSeen) -> datetime | None:
    """The end of the plan's last block: the end that an extension moves."""
    return max((block.ends_at for block in plan.blocks), default=None)


def extended(seen: PurchaseSeen) -> Done | Wait | NotBought | None:
    """What the history says about this order's extension; None as long as it says nothing."""
    mine = seen.mine
    called = mine is not None and mine.called_at is not None
    bought_id = mine.offer.id if mine is not None and mine.offer is not None else ""
    record = _record(seen, bought_id if called else None)
    arn = seen.order.plan_arn or ""
    if record is None:
        return None if called else _by_another(seen)
    state = f"{record.status} {record.payment}".lower()
    if not called:
        if FAILED in state:
            return None
        text = f"plan {seen.order.plan} has been extended already with {record.offering_id}: nothing is bought"
        return Done(code="AlreadyExtended", reason=text, plan_arn=arn, found=True, ends_at=record.ends_at)
    if FAILED in state:
        return NotBought(code="PaymentFailed", reason=f"the extension {record.offering_id} is {record.status}")
    if PENDING in state:
        return Wait(reason=f"the extension {record.offering_id} is being paid", seconds=60)
    until = f" until {record.ends_at:%Y-%m-%d %H:%M} UTC" if record.ends_at else ""
    text = f"plan {seen.order.plan} is extended by {seen.order.hours} hours{until} with {record.offering_id}"
    return Done(reason=text, plan_arn=arn, ends_at=record.ends_at)


def _record(seen: PurchaseSeen, offering_id: str | None) -> Extended | None:
    """Our own by its id; anybody's by where it begins."""
    for record in reversed(seen.history):
        begins_here = record.starts_at in (None, seen.order.plan_ends_at)
        if offering_id is not None and record.offering_id == offering_id and begins_here:
            return record
        if offering_id is None and record.starts_at is not None and begins_here:
            return record
    return None


def _by_another(seen: PurchaseSeen) -> Done | None:
    end = ends_at(seen.plan) if seen.plan else None
    was = seen.order.plan_ends_at
    if end is None or was is None or end <= was:
        return None
    text = f"plan {seen.order.plan} ends at {end:%Y-%m-%d %H:%M} UTC by now: nothing is bought"
    return Done(code="AlreadyExtended", reason=text, plan_arn=seen.order.plan_arn or "", found=True, ends_at=end)


def cannot_extend(seen: PurchaseSeen) -> NotBought | None:
    """The documented preconditions, asked before AWS is: a refusal here costs nothing and says why."""
    plan, end = seen.plan, seen.order.plan_ends_at
    if plan is None or end is None:
        return NotBought(code="NotExtendable", reason=f"there is no plan {seen.order.plan} to extend")
    if plan.status not in (PlanStatus.ACTIVE, PlanStatus.SCHEDULED):
        return NotBought(
            code="NotExtendable", reason=f"plan {plan.name} is {plan.status}: only Active or Scheduled is extended"
        )
    if any(PENDING in record.payment.lower() for record in seen.history):
        return NotBought(code="NotExtendable", reason=f"an earlier extension of plan {plan.name} is being paid still")
    if not sold_days(seen.order.hours // 24):
        return NotBought(
            code="NotExtendable",
            reason=f"{seen.order.hours // 24} days are not sold: 1 to 14, or a multiple of 7 up to 182",
        )
    return _wrong_time(seen, end)


def _wrong_time(seen: PurchaseSeen, end: datetime) -> NotBought | None:
    left = end - seen.now
    if left > EARLIEST:
        text = f"plan {seen.order.plan} ends at {end:%Y-%m-%d %H:%M} UTC: AWS extends 56 days before at the earliest"
        return NotBought(code="NotExtendable", reason=text)
    if left < LATEST or (seen.order.answer_by is not None and seen.now >= seen.order.answer_by):
        text = f"plan {seen.order.plan} ends at {end:%Y-%m-%d %H:%M} UTC: there is no time left to extend it"
        return NotBought(code="TooLateToExtend", reason=text)
    return None
