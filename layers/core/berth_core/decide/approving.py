"""Somebody's yes: to exactly one offer at one price, until a time. Whatever else comes back is a no."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import ValidationError

from berth_core.decide.offers import describe, starts_at
from berth_core.purchases import Answer, Approval, Offer, Order, Said

ANSWER_WITHIN = timedelta(hours=72)
"""A weekend is no reason for a no."""
BEFORE_THE_START = timedelta(minutes=30)
"""A plan has to be paid at least 5 minutes before it starts (aws-facts 1.4), and the purchase takes a few more."""
WHO_MAY = "whoever may call states:SendTaskSuccess in this account, or approve the pipeline that asks"


def approval_for(order: Order, offer: Offer, price_usd: Decimal, now: datetime) -> Approval:
    """The request for a yes. It lapses with the offer, and with the use of the answer."""
    starts = starts_at(offer)
    moments = [now + ANSWER_WITHIN, order.answer_by]
    if order.kind == "plan" and starts is not None and starts > now:
        moments.append(starts - BEFORE_THE_START)
    return Approval(
        offering_id=offer.id,
        price_usd=price_usd,
        asked_at=now,
        expires_at=min(moment for moment in moments if moment is not None),
        who_may=WHO_MAY,
        seen=describe(offer),
    )


def remind_at(approval: Approval) -> datetime:
    """Halfway: late enough not to nag, early enough to be of use."""
    return approval.asked_at + (approval.expires_at - approval.asked_at) / 2


def answered(approval: Approval, said: Said | None, now: datetime) -> Approval | tuple[str, str]:
    """The approval with its answer in it, or the code and the reason of the no."""
    if said is None or "unanswered" in said:
        return "ApprovalLapsed", f"nobody said yes until {_clock(approval.expires_at)}: no answer is a no"
    try:
        answer = Answer.model_validate(said)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the payload'}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        )
        return "ApprovalInvalid", f"the answer can't be read, so it is a no ({faults})"
    if answer.decision == "reject":
        return "ApprovalRejected", f"{answer.who} said no"
    if now >= approval.expires_at:
        return "ApprovalLapsed", f"the yes of {answer.who} came after {_clock(approval.expires_at)}: too late is a no"
    if (answer.offering_id, answer.price_usd) != (approval.offering_id, approval.price_usd):
        was, asked = f"{answer.offering_id} at {answer.price_usd}", f"{approval.offering_id} at {approval.price_usd}"
        return "ApprovalInvalid", f"{answer.who} said yes to {was} USD, and was asked about {asked} USD"
    return approval.model_copy(update={"answer": answer, "answered_at": now})


def with_answer(approval: Approval, said: Said | None, now: datetime) -> Approval:
    """For the record: what was said, whatever it was worth."""
    try:
        answer = Answer.model_validate(said)
    except ValidationError:
        return approval
    return approval.model_copy(update={"answer": answer, "answered_at": now})


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
