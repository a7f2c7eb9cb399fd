"""What is told, and kept, of an order that comes to nothing: the offer, the yes, and the numbers."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.decide.approving import answered
from berth_core.decide.purchasing import decide_purchase
from berth_core.purchases import Buy, Done, Month, NotBought, SpendingPolicy, Wait
from tests.purchase_builders import DAY, NOW, START, asked, offer, order, plan, purchase, seen

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
YES = {"decision": "approve", "offering_id": "tpo-a", "price_usd": "900.00", "who": "jane"}
REQUIRED = order(approval="required")
LESS = order(approval="required", max_price_usd=Decimal(800))
APPROVED: Any = answered(asked(REQUIRED), YES, NOW)
MINE = purchase(REQUIRED, approval=asked(REQUIRED))
BARE = purchase(order())
CALLED = purchase(REQUIRED, approval=APPROVED, called_at=NOW)
OVER = {"month": Month(month="2026-03", usd={"other": Decimal("1100.01")})}


def no(said: Any = None, **over: Any) -> NotBought:
    decision = decide_purchase(seen(**over), said)
    assert isinstance(decision, NotBought), decision
    return decision


@pytest.mark.parametrize(
    ("over", "said", "code", "approval"),
    [
        ({"purchase": CALLED.model_copy(update={"ended_at": NOW, "code": "X", "reason": "y"})}, None, "X", APPROVED),
        ({"purchase": CALLED, "now": NOW + 30 * MINUTE}, None, "PurchaseUnknown", APPROVED),
        ({"purchase": CALLED, "now": NOW + DAY, "plan": plan("Pending")}, None, "PaymentPending", APPROVED),
        ({"purchase": CALLED, "plan": plan("Failed")}, None, "PaymentFailed", None),
        ({"purchase": BARE, "ordered": REQUIRED}, None, "ApprovalLapsed", None),
        ({"purchase": MINE, "offers": ()}, YES, "OfferGone", APPROVED),
        ({"purchase": MINE, "ordered": LESS}, YES, "OverPrice", APPROVED),
        ({"purchase": MINE, **OVER}, YES, "OverBudget", APPROVED),
        ({"ordered": REQUIRED, **OVER}, None, "OverBudget", None),
    ],
    ids=["ended", "lost", "pending", "failed", "no yes", "gone", "over its cap", "over the budget", "before a claim"],
)  # fmt: skip
def test_what_is_not_bought_is_told_with_its_offer_and_the_yes_to_it(
    over: dict[str, Any], said: Any, code: str, approval: Any
) -> None:
    ordered = over.pop("ordered", REQUIRED)
    decision = decide_purchase(seen(ordered, **over), said)
    assert isinstance(decision, NotBought)
    assert (decision.code, decision.offer, decision.approval) == (code, offer(), approval)


def test_a_no_is_kept_with_its_time() -> None:
    decision = no(YES | {"decision": "reject"}, ordered=REQUIRED, purchase=MINE, now=NOW + HOUR)
    assert decision.offer == offer()
    assert decision.approval
    assert decision.approval.answered_at == NOW + HOUR


def test_what_comes_too_late_to_be_asked_about_is_told_with_its_offer() -> None:
    """The answer is of use until half an hour before the start."""
    soon = offer(starts=NOW + 30 * MINUTE)
    decision = no(ordered=REQUIRED, offers=(soon,))
    assert (decision.code, decision.offer) == ("ApprovalLapsed", soon)
    later = decide_purchase(seen(REQUIRED, offers=(offer(starts=NOW + 31 * MINUTE),)), None)
    assert later.kind == "ask"


def test_of_several_that_cannot_be_bought_the_nearest_is_told() -> None:
    dear = offer(price="1000.01")
    assert no(offers=(offer("tpo-b", hours=1), dear)).offer == dear


def test_who_said_yes_is_told_with_the_call() -> None:
    bought = decide_purchase(seen(REQUIRED, purchase=MINE), YES)
    assert isinstance(bought, Buy)
    assert bought.reason.endswith("900.00 USD); jane said yes")
    capped = decide_purchase(seen(purchase=BARE), None)
    assert capped.reason.endswith("900.00 USD); the price cap is the yes")


def test_a_budget_that_would_be_broken_is_told_with_the_sum() -> None:
    assert no(**OVER).reason.endswith(
        "would bring 2026-03 to 2000.01 USD, over the 2000 USD of the stack parameter PurchaseBudgetUsd"
    )
    assert no(policy=SpendingPolicy(stack="berth", budget_usd=Decimal(1))).code == "OverBudget"
    assert no(policy=SpendingPolicy(stack="berth", budget_usd=Decimal(0))).code == "BuyingIsOff"


def test_a_payment_that_failed_is_told_in_aws_words_if_it_has_any() -> None:
    assert no(purchase=CALLED, plan=plan("Failed")).reason == "plan p5 is Failed"
    declined = plan("Failed").model_copy(update={"status_message": "declined"})
    assert no(purchase=CALLED, plan=declined).reason == "plan p5 is Failed: declined"


def test_a_call_that_left_no_trace_is_told_with_how_long_it_was_looked_for() -> None:
    assert "nothing has appeared in 30 minutes:" in no(purchase=CALLED, now=NOW + 30 * MINUTE).reason
    assert "the purchase of tpo-a (1 x ml.p5" in no(purchase=CALLED, now=NOW + 30 * MINUTE).reason
    bare = CALLED.model_copy(update={"offer": None})
    assert "the purchase of p5 was lost" in no(purchase=bare, now=NOW + 30 * MINUTE).reason
    waits = decide_purchase(seen(purchase=CALLED, now=NOW + MINUTE), None)
    assert isinstance(waits, Wait)
    assert waits.seconds == 60


def test_a_payment_that_lasts_is_told_with_how_long_it_was_followed() -> None:
    assert "it is being paid, for 24 hours now" in no(purchase=CALLED, plan=plan("Pending"), now=NOW + DAY).reason


@pytest.mark.parametrize(("minutes", "seconds"), [(14, 60), (15, 300), (119, 300), (120, 900)])
def test_a_payment_is_looked_at_by_its_age(minutes: int, seconds: int) -> None:
    decision = decide_purchase(seen(purchase=CALLED, plan=plan("Pending"), now=NOW + minutes * MINUTE), None)
    assert isinstance(decision, Wait)
    assert decision.seconds == seconds


def test_a_plan_that_was_bought_is_told_with_its_offer() -> None:
    done = decide_purchase(seen(purchase=CALLED, plan=plan()), None)
    assert isinstance(done, Done)
    assert done.reason.startswith("plan p5 is Scheduled: tpo-a (1 x ml.p5")
    bare = decide_purchase(seen(purchase=CALLED.model_copy(update={"offer": None}), plan=plan()), None)
    assert bare.reason == "plan p5 is Scheduled: p5"


def test_nothing_is_asked_about_after_its_start() -> None:
    assert no(YES, ordered=REQUIRED, purchase=MINE, now=START).code == "ApprovalLapsed"
