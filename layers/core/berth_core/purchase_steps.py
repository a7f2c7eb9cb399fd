"""A purchase's way through the ledger: each step makes the next state of its row from the one before. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal

from berth_core.decide.approving import with_answer
from berth_core.decide.purchasing import SETTLED_AFTER
from berth_core.outcomes import Trouble
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Ask, Buy, Done, NotBought, Purchase, Said, Take

AFTER_THE_ANSWER = timedelta(hours=1)
"""How long a run that has its answer may take until its call, before another may take over."""


def begun(seen: PurchaseSeen, decision: Ask | Take) -> Purchase:
    """The claim: written on condition that nobody else has claimed the order meanwhile."""
    approval = decision.approval if isinstance(decision, Ask) else None
    answered_by = approval.expires_at if approval else seen.now
    return Purchase(
        order=seen.order,
        request_id=seen.request_id,
        holder=seen.holder,
        begun_at=seen.now,
        lapses_at=answered_by + AFTER_THE_ANSWER,
        offer=decision.offer,
        approval=approval,
        revision=seen.purchase.revision + 1 if seen.purchase else 1,
        asked_before=seen.purchase.askers if seen.purchase else {},
    )


def told_token(purchase: Purchase, token: str) -> Purchase:
    """With the token that an answer is sent to."""
    if purchase.approval is None:
        return purchase
    approval = purchase.approval.model_copy(update={"token": token})
    return _next(purchase, approval=approval)


def told_answer(purchase: Purchase, said: Said, now: datetime) -> Purchase:
    """With what was answered; as it was if nobody did, or if that is written down already."""
    if purchase.approval is None:
        return purchase
    approval = with_answer(purchase.approval, said, now)
    return purchase if approval == purchase.approval else _next(purchase, approval=approval)


def called(purchase: Purchase, decision: Buy, now: datetime) -> Purchase:
    """Written before the call, and never taken back but by AWS's own no."""
    return _next(
        purchase,
        offer=decision.offer,
        approval=decision.approval,
        called_at=now,
        lapses_at=now + SETTLED_AFTER + AFTER_THE_ANSWER,
    )


def not_called(purchase: Purchase) -> Purchase:
    """AWS was throttling, or could not be reached: nothing was asked, and asking later is the same first call."""
    return _next(purchase, called_at=None)


def answered_with(purchase: Purchase, plan_arn: str) -> Purchase:
    return _next(purchase, plan_arn=plan_arn)


def refused(purchase: Purchase, reason: str, now: datetime) -> Purchase:
    """AWS said no: nothing was bought, for certain."""
    return _next(purchase, called_at=None, ended_at=now, code="RefusedError", reason=reason)


def over_budget(purchase: Purchase, decision: Buy, budget_usd: Decimal, now: datetime) -> Purchase:
    """Another purchase has taken the money since this one was decided on."""
    reason = (
        f"{decision.price_usd} USD don't fit what is left this month of the {budget_usd} USD of the stack parameter "
        "PurchaseBudgetUsd: another purchase came first"
    )
    return _next(purchase, approval=decision.approval, ended_at=now, code="OverBudget", reason=reason)


def done(purchase: Purchase, decision: Done, now: datetime) -> Purchase:
    """Bought; or, if it was found there, not by this request."""
    if purchase.ended_at is not None:
        return purchase
    return _next(purchase, plan_arn=decision.plan_arn, ended_at=now, code=decision.code, reason=decision.reason)


def not_bought(seen: PurchaseSeen, decision: NotBought) -> Purchase:
    """The end of a request, also of one that never got as far as a claim."""
    mine = seen.mine or _unclaimed(seen)
    if mine.ended_at is not None:
        return mine
    changed = {"approval": decision.approval} if decision.approval else {}
    return _next(mine, ended_at=seen.now, code=decision.code, reason=decision.reason, **changed)


def failed(purchase: Purchase, trouble: Trouble, now: datetime) -> Purchase:
    """A step stopped the run. A call stays a call: its money stays counted until a person has looked."""
    if purchase.ended_at is not None:
        return purchase
    if purchase.called_at is None:
        return _next(purchase, ended_at=now, code=trouble.error, reason=trouble.text)
    return _next(purchase, ended_at=now, code="PurchaseUnknown", reason=_stopped_after_the_call(purchase, trouble))


def _stopped_after_the_call(purchase: Purchase, trouble: Trouble) -> str:
    arn = purchase.plan_arn
    happened = f"AWS took the call ({arn}), and then the run failed" if arn else "the run failed after it had asked AWS"
    where = "the plan's extension history" if purchase.order.kind == "extension" else "the account's training plans"
    return f"{happened} ({trouble.text}): look at {where} before anything is bought in its place"


def keeps_its_money(purchase: Purchase) -> bool:
    """Whether what was set aside stays counted: it was spent, or nobody knows."""
    if purchase.is_bought:
        return True
    return purchase.called_at is not None and purchase.code != "PaymentFailed"


def _unclaimed(seen: PurchaseSeen) -> Purchase:
    return Purchase(
        order=seen.order,
        request_id=seen.request_id,
        holder=seen.holder,
        begun_at=seen.now,
        lapses_at=seen.now,
        revision=seen.purchase.revision if seen.purchase else 0,
        asked_before=seen.purchase.askers if seen.purchase else {},
    )


def _next(purchase: Purchase, **changed: object) -> Purchase:
    return purchase.model_copy(update={**changed, "revision": purchase.revision + 1})
