"""What is to be done about one order now: ask, take, buy, wait, or be done with it.

The answer is the first that any of the questions has. That something was called comes before everything that would
call: one yes buys once, and a lost answer uses the yes up.
"""

from collections.abc import Callable
from datetime import timedelta

from berth_core.decide.approving import answered, approval_for, with_answer
from berth_core.decide.extending import cannot_extend, extended
from berth_core.decide.offers import NoOffer, choose, describe, judge, wish
from berth_core.facts import PlanSeen, PlanStatus
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import (
    Ask,
    Buy,
    Done,
    NotBought,
    Offer,
    Purchase,
    PurchaseDecision,
    Said,
    Take,
    UnderWay,
    Wait,
)

SETTLED_AFTER = timedelta(minutes=30)
"""How long a plan whose purchase had no answer is looked for. Afterwards a person has to look."""
FOLLOWED_FOR = timedelta(hours=24)
"""How long a payment may stay pending before it is left to the watch."""
FIRST_LOOKS = ((timedelta(minutes=15), 60), (timedelta(hours=2), 300))
SLOW_LOOK_SECONDS = 900


def decide_purchase(seen: PurchaseSeen, said: Said | None) -> PurchaseDecision:
    """Total and pure. `said` is what the wait for an approval came back with; None before it, or without one."""
    questions: tuple[Callable[[PurchaseSeen], PurchaseDecision | None], ...] = (
        _ended,
        _another_run,
        _there,
        _lost,
        _forbidden,
    )
    answers = (question(seen) for question in questions)
    found = next((answer for answer in answers if answer is not None), None)
    if found is not None:
        return found
    mine = seen.mine
    return _choose(seen) if mine is None or mine.offer is None else _confirm(seen, mine, mine.offer, said)


def _ended(seen: PurchaseSeen) -> NotBought | None:
    """AWS has refused this very call, or the run was told already that it came to nothing."""
    mine = seen.mine
    if mine is None or mine.is_open or mine.is_bought:
        return None
    return NotBought(code=mine.code, reason=mine.reason, offer=mine.offer, approval=mine.approval)


def _another_run(seen: PurchaseSeen) -> UnderWay | None:
    other = seen.purchase
    if other is None or seen.mine is not None or not other.is_open or other.lapses_at <= seen.now:
        return None
    return UnderWay(reason=f"{other.holder} is buying {other.order.key} since {other.begun_at:%Y-%m-%d %H:%M} UTC")


def _there(seen: PurchaseSeen) -> Done | Wait | NotBought | None:
    if seen.order.kind == "extension":
        return _extension_there(seen)
    plan = seen.plan
    if plan is None:
        return None
    mine = seen.mine
    if mine is None or mine.called_at is None:
        return _there_before(plan, mine)
    if plan.status is PlanStatus.FAILED:
        because = f": {plan.status_message}" if plan.status_message else ""
        return NotBought(code="PaymentFailed", reason=f"plan {plan.name} is Failed{because}", offer=mine.offer)
    if plan.status not in (PlanStatus.SCHEDULED, PlanStatus.ACTIVE, PlanStatus.EXPIRED):
        return _wait(seen, mine, f"plan {plan.name} is {plan.status}: it is being paid")
    return Done(reason=f"plan {plan.name} is {plan.status}: {_offer_text(mine)}", plan_arn=plan.arn)


def _there_before(plan: PlanSeen, mine: Purchase | None) -> Done | NotBought:
    """Without a call of this run. What can't be run on is no success to whoever waits for a plan."""
    text = f"plan {plan.name} exists already and is {plan.status}: nothing is bought"
    if plan.status in (PlanStatus.FAILED, PlanStatus.EXPIRED):
        return NotBought(code="NameTaken", reason=f"{text}, name another plan", offer=mine.offer if mine else None)
    return Done(code="PlanExists", reason=text, plan_arn=plan.arn, found=True)


def _extension_there(seen: PurchaseSeen) -> Done | Wait | NotBought | None:
    found = extended(seen)
    mine = seen.mine
    if found is None or isinstance(found, Done):
        return found
    if mine is not None and found.kind == "wait":
        return _wait(seen, mine, found.reason)
    return found.model_copy(update={"offer": mine.offer if mine else None})


def _lost(seen: PurchaseSeen) -> Wait | NotBought | None:
    """The call was made and nothing is to be seen of it: whatever its answer was, it isn't made again."""
    mine = seen.mine
    if mine is None or mine.called_at is None:
        return None
    if seen.now < mine.called_at + SETTLED_AFTER:
        return Wait(reason=f"called at {mine.called_at:%H:%M:%S} UTC, and nothing is to be seen of it yet", seconds=60)
    text = (
        f"the answer to the purchase of {describe(mine.offer) if mine.offer else mine.order.key} was lost, and "
        f"nothing has appeared in {SETTLED_AFTER // timedelta(minutes=1)} minutes: look at the account's training "
        "plans, then start plan_purchase by hand if it is really not there"
    )
    return NotBought(code="PurchaseUnknown", reason=text, offer=mine.offer, approval=mine.approval)


def _forbidden(seen: PurchaseSeen) -> NotBought | None:
    if seen.policy.observe_only:
        return NotBought(code="ObserveOnly", reason="observing only; would look for an offer")
    if seen.policy.budget_usd <= 0:
        return NotBought(code="BuyingIsOff", reason="the stack parameter PurchaseBudgetUsd is 0, so nothing is bought")
    return cannot_extend(seen) if seen.order.kind == "extension" else None


def _choose(seen: PurchaseSeen) -> Ask | Take | NotBought:
    if seen.no_offers_why:
        code = "NotExtendable" if seen.order.kind == "extension" else "NoOffer"
        return NotBought(code=code, reason=f"AWS says no to the question for {wish(seen.order)}: {seen.no_offers_why}")
    chosen = choose(seen.order, seen.offers, seen.now)
    if isinstance(chosen, NoOffer):
        return NotBought(code=chosen.code, reason=chosen.reason, offer=chosen.offer)
    best, others = chosen
    over = _over_budget(seen, best.offer)
    if over is not None:
        return over
    reason = "; ".join(part for part in (f"{describe(best.offer)} is the best", others) if part)
    price = best.price_usd
    if price is None or seen.order.approval == "none":
        return Take(reason=reason, offer=best.offer)
    return Ask(reason=reason, offer=best.offer, approval=approval_for(seen.order, best.offer, price, seen.now))


def _confirm(seen: PurchaseSeen, mine: Purchase, agreed: Offer, said: Said | None) -> Buy | NotBought:
    """After the claim, and after any wait: the offer must still be there, at that price, under every cap."""
    approval = mine.approval
    if approval is None and seen.order.approval == "required":
        # The terms were tightened while this run was at it.
        text = "an approval is asked for now, and nobody gave one"
        return NotBought(code="ApprovalLapsed", reason=text, offer=agreed)
    if approval is not None:
        answer = answered(approval, said, approval.answered_at or seen.now)
        if isinstance(answer, tuple):
            code, reason = answer
            said_so = with_answer(approval, said, seen.now)
            return NotBought(code=code, reason=f"{reason}; {approval.seen}", offer=agreed, approval=said_so)
        approval = answer
    fresh = next((each for each in seen.offers if each.is_same_thing(agreed)), None)
    if fresh is None:
        return NotBought(code="OfferGone", reason=_moved(seen, agreed), offer=agreed, approval=approval)
    verdict = judge(seen.order, fresh, seen.now)
    if verdict.code or verdict.price_usd is None:
        text = f"{describe(fresh)}: {verdict.why}"
        return NotBought(code=verdict.code, reason=text, offer=fresh, approval=approval)
    over = _over_budget(seen, fresh)
    if over is not None:
        return over.model_copy(update={"approval": approval})
    yes = f"{approval.answer.who} said yes" if approval and approval.answer else "the price cap is the yes"
    return Buy(reason=f"{describe(fresh)}; {yes}", offer=fresh, price_usd=verdict.price_usd, approval=approval)


def _over_budget(seen: PurchaseSeen, offer: Offer) -> NotBought | None:
    price = judge(seen.order, offer, seen.now).price_usd
    spent = seen.month.spent_usd(but_for=seen.request_id)
    if price is None or spent + price <= seen.policy.budget_usd:
        return None
    text = (
        f"{describe(offer)} would bring {seen.month.month} to {spent + price} USD, over the {seen.policy.budget_usd} "
        "USD of the stack parameter PurchaseBudgetUsd"
    )
    return NotBought(code="OverBudget", reason=text, offer=offer)


def _moved(seen: PurchaseSeen, agreed: Offer) -> str:
    """By its id, or by its times and its size, it may be there at another price."""
    like = agreed.model_copy(update={"price": None, "currency": None})
    for each in seen.offers:
        plain = each.model_copy(update={"price": None, "currency": None})
        if each.id == agreed.id or plain.is_same_thing(like):
            return f"{describe(agreed)} is now {describe(each)}: the yes was for the first"
    why = f", AWS says no to the question: {seen.no_offers_why}" if seen.no_offers_why else ""
    return f"{describe(agreed)} is not on sale any more{why}"


def _wait(seen: PurchaseSeen, mine: Purchase, reason: str) -> Wait | NotBought:
    called_at = mine.called_at or seen.now
    if seen.now >= called_at + FOLLOWED_FOR:
        text = f"{reason}, for {FOLLOWED_FOR // timedelta(hours=1)} hours now: the watch tells when it changes"
        return NotBought(code="PaymentPending", reason=text, offer=mine.offer, approval=mine.approval)
    age = seen.now - called_at
    seconds = next((seconds for until, seconds in FIRST_LOOKS if age < until), SLOW_LOOK_SECONDS)
    return Wait(reason=reason, seconds=seconds)


def _offer_text(mine: Purchase) -> str:
    return describe(mine.offer) if mine.offer else mine.order.key
