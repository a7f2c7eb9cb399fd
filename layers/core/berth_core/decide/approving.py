"""Somebody's yes: to exactly one offer at one price, until a time. Whatever else comes back is a no."""

import json
from datetime import datetime
from decimal import Decimal

from pydantic import ValidationError

from berth_core.decide.offers import describe, starts_at
from berth_core.decide.time_to_answer import answer_until
from berth_core.purchases import Answer, Approval, Offer, Order, Said

LONGEST_UNREADABLE = 1000
"""What is kept of an answer that can't be read, in characters."""
WHO_MAY = "whoever may call states:SendTaskSuccess in this account, or approve the pipeline that asks"


def approval_for(order: Order, offer: Offer, price_usd: Decimal, now: datetime) -> Approval:
    """The request for a yes. It lapses with the offer, and with the use of the answer."""
    return Approval(
        offering_id=offer.id,
        price_usd=price_usd,
        asked_at=now,
        expires_at=answer_until(order, starts_at(offer), now),
        who_may=WHO_MAY,
        seen=describe(offer),
    )


def remind_at(asked_at: datetime, expires_at: datetime) -> datetime:
    """Halfway: late enough not to nag, early enough to be of use."""
    return asked_at + (expires_at - asked_at) / 2


def answered(approval: Approval, said: Said | None, now: datetime) -> Approval | tuple[str, str]:
    """The approval with its answer in it, or the code and the reason of the no."""
    if is_silence(said):
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
    """For the record: what was said first and when, whatever it was worth. Silence leaves it as it was."""
    if approval.answered_at is not None or is_silence(said):
        return approval
    try:
        answer = Answer.model_validate(said)
    except ValidationError:
        return approval.model_copy(update={"unreadable": unreadable(said), "answered_at": now})
    return approval.model_copy(update={"answer": answer, "answered_at": now})


def is_silence(said: Said | None) -> bool:
    """Nobody has answered in time."""
    return said is None or (isinstance(said, dict) and "unanswered" in said)


def unreadable(said: Said) -> str:
    """As it came, but not longer than anybody would read."""
    return json.dumps(said)[:LONGEST_UNREADABLE]


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
