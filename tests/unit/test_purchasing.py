"""Ask, take, buy, wait, or be done: each answer from what is in the ledger, on the market and in the account."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.decide.approving import remind_at, with_answer
from berth_core.decide.purchasing import decide_purchase
from berth_core.purchases import (
    Ask,
    Buy,
    Done,
    Month,
    NotBought,
    SpendingPolicy,
    Take,
    UnderWay,
    Wait,
)
from tests.purchase_builders import DAY, NOW, START, asked, extension_order, offer, order, plan, purchase, seen

MINUTE = timedelta(minutes=1)
YES = {"decision": "approve", "offering_id": "tpo-a", "price_usd": "900.00", "who": "jane"}
REQUIRED = order(approval="required")


def code(decision: Any) -> str:
    assert isinstance(decision, NotBought), decision
    return decision.code


def test_without_an_approval_the_best_offer_is_taken_and_then_bought() -> None:
    assert isinstance(decide_purchase(seen(), None), Take)
    bought = decide_purchase(seen(purchase=purchase(order())), None)
    assert isinstance(bought, Buy)
    assert (bought.offer.id, bought.price_usd) == ("tpo-a", Decimal("900.00"))


def test_with_one_somebody_is_asked_about_the_exact_offer_until_it_is_of_no_use() -> None:
    decision = decide_purchase(seen(REQUIRED), None)
    assert isinstance(decision, Ask)
    approval = decision.approval
    assert (approval.offering_id, approval.price_usd) == ("tpo-a", Decimal("900.00"))
    assert approval.expires_at == START - 30 * MINUTE
    assert "900.00 USD" in approval.seen


def test_a_weekend_is_the_most_that_an_answer_may_take() -> None:
    decision = decide_purchase(seen(REQUIRED, offers=(offer(starts=START + 20 * DAY),)), None)
    assert isinstance(decision, Ask)
    assert decision.approval.expires_at == NOW + timedelta(hours=72)


def test_whoever_does_not_answer_is_reminded_halfway() -> None:
    approval = asked(REQUIRED)
    assert remind_at(approval.asked_at, approval.expires_at) == NOW + (START - 30 * MINUTE - NOW) / 2


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"offers": ()}, "NoOffer"),
        ({"offers": (offer(price="1000.01"),)}, "OverPrice"),
        ({"month": Month(month="2026-03", usd={"other": Decimal("1100.01")})}, "OverBudget"),
    ],
)
def test_what_cannot_be_bought_is_said_before_anybody_is_asked(over: dict[str, Any], expected: str) -> None:
    assert code(decide_purchase(seen(REQUIRED, **over), None)) == expected


def test_a_budget_may_be_used_up_to_the_last_cent() -> None:
    month = Month(month="2026-03", usd={"other": Decimal("1100.00")})
    assert isinstance(decide_purchase(seen(month=month), None), Take)


@pytest.mark.parametrize("minutes", [20, 30, 31, 59])
def test_an_offer_that_no_yes_can_reach_gives_way_to_one_that_it_can(minutes: int) -> None:
    near, later = offer("tpo-near", starts=NOW + minutes * MINUTE), offer("tpo-later", price="950.00")
    decision = decide_purchase(seen(REQUIRED, offers=(near, later)), None)
    assert isinstance(decision, Ask)
    assert decision.offer == later
    assert "; tpo-near (" in decision.reason, "the other is told, too"
    without_people = decide_purchase(seen(offers=(near, later)), None)
    assert isinstance(without_people, Take)
    assert without_people.offer == near


def test_what_leaves_half_an_hour_for_an_answer_is_asked_about_if_it_is_cheaper() -> None:
    near, later = offer("tpo-near", starts=NOW + 60 * MINUTE), offer("tpo-later", price="950.00")
    decision = decide_purchase(seen(REQUIRED, offers=(near, later)), None)
    assert isinstance(decision, Ask)
    assert decision.offer == near


def test_a_yes_that_came_holds_although_the_start_is_near_by_now() -> None:
    near = offer(starts=NOW + 20 * MINUTE)
    approval = asked(REQUIRED).model_copy(update={"expires_at": NOW + MINUTE})
    mine = purchase(REQUIRED, offer=near, approval=approval)
    assert isinstance(decide_purchase(seen(REQUIRED, offers=(near,), purchase=mine), YES), Buy)


def test_of_what_is_too_dear_and_what_starts_too_soon_the_price_is_told() -> None:
    soon, dear = offer("tpo-soon", starts=NOW + 20 * MINUTE), offer("tpo-dear", price="2000.00")
    decision = decide_purchase(seen(REQUIRED, offers=(soon, dear)), None)
    assert isinstance(decision, NotBought)
    assert (decision.code, decision.offer) == ("OverPrice", dear)
    assert "it needs a yes, and none could come by 2026-03-01 08:50 UTC" in decision.reason


def test_nobody_is_asked_when_no_answer_could_come_in_time() -> None:
    late = seen(REQUIRED, offers=(offer(starts=NOW + 20 * MINUTE),))
    assert code(decide_purchase(late, None)) == "ApprovalLapsed"


@pytest.mark.parametrize(
    ("said", "at", "expected"),
    [
        (YES, NOW + DAY, ""),
        (YES | {"decision": "reject"}, NOW + DAY, "ApprovalRejected"),
        (YES, START, "ApprovalLapsed"),
        (YES, START - 30 * MINUTE, "ApprovalLapsed"),
        (YES | {"offering_id": "tpo-b"}, NOW + DAY, "ApprovalInvalid"),
        (YES | {"price_usd": "899.99"}, NOW + DAY, "ApprovalInvalid"),
        (YES | {"who": ""}, NOW + DAY, "ApprovalInvalid"),
        (YES | {"more": 1}, NOW + DAY, "ApprovalInvalid"),
        ({"decision": "approve"}, NOW + DAY, "ApprovalInvalid"),
        ({}, NOW + DAY, "ApprovalInvalid"),
        ("yes", NOW + DAY, "ApprovalInvalid"),
        ({"unanswered": True}, START, "ApprovalLapsed"),
        (None, NOW + DAY, "ApprovalLapsed"),
    ],
)
def test_whatever_is_not_a_timely_yes_to_this_very_offer_is_a_no(said: Any, at: datetime, expected: str) -> None:
    mine = purchase(REQUIRED, approval=asked(REQUIRED))
    decision = decide_purchase(seen(REQUIRED, purchase=mine, now=at), said)
    if expected:
        assert code(decision) == expected
    else:
        assert isinstance(decision, Buy)
        assert decision.approval is not None
        assert decision.approval.answer is not None
        assert (decision.approval.answer.who, decision.approval.answered_at) == ("jane", at)


def test_a_yes_that_was_written_down_in_time_counts_also_if_it_is_read_later() -> None:
    approval = asked(REQUIRED)
    late = approval.expires_at + MINUTE
    for written, expected in ((approval.expires_at - MINUTE, "buy"), (approval.expires_at, "refuse")):
        mine = purchase(REQUIRED, approval=with_answer(approval, YES, written))
        assert decide_purchase(seen(REQUIRED, purchase=mine, now=late), YES).kind == expected


def test_a_no_is_kept_with_who_said_it() -> None:
    mine = purchase(REQUIRED, approval=asked(REQUIRED))
    decision = decide_purchase(seen(REQUIRED, purchase=mine), YES | {"decision": "reject"})
    assert isinstance(decision, NotBought)
    assert decision.approval is not None
    assert decision.approval.answer is not None
    assert decision.approval.answer.who == "jane"


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"offers": ()}, "OfferGone"),
        ({"offers": (offer(price="899.00"),)}, "OfferGone"),
        ({"offers": (offer("tpo-b", price="950.00"),)}, "OfferGone"),
        ({"order": order(max_price_usd=Decimal(800))}, "OverPrice"),
        ({"month": Month(month="2026-03", usd={"other": Decimal(1200)})}, "OverBudget"),
        ({"policy": SpendingPolicy(stack="berth")}, "BuyingIsOff"),
        ({"policy": SpendingPolicy(stack="berth", budget_usd=Decimal(9), observe_only=True)}, "ObserveOnly"),
        ({"order": REQUIRED}, "ApprovalLapsed"),
    ],
)
def test_before_the_call_everything_is_looked_at_again(over: dict[str, Any], expected: str) -> None:
    assert code(decide_purchase(seen(purchase=purchase(order()), **over), None)) == expected


NO = "SearchTrainingPlanOfferings: plan p5 cannot be extended"


@pytest.mark.parametrize(
    ("ordered", "mine", "expected"),
    [
        (order(), None, "NoOffer"),
        (extension_order(), None, "NotExtendable"),
        (order(), purchase(order()), "OfferGone"),
        (extension_order(), purchase(extension_order()), "OfferGone"),
    ],
)
def test_a_market_that_says_no_is_told_in_its_words(ordered: Any, mine: Any, expected: str) -> None:
    there = plan("Active") if ordered.kind == "extension" else None
    decision = decide_purchase(seen(ordered, offers=(), no_offers_why=NO, purchase=mine, plan=there), None)
    assert code(decision) == expected
    assert NO in decision.reason


def test_the_same_offer_under_another_id_is_the_same_offer() -> None:
    decision = decide_purchase(seen(purchase=purchase(order()), offers=(offer("tpo-new"),)), None)
    assert isinstance(decision, Buy)
    assert decision.offer.id == "tpo-new"


def test_a_price_that_moved_is_told_with_both() -> None:
    decision = decide_purchase(seen(purchase=purchase(order()), offers=(offer("tpo-b", price="950.00"),)), None)
    assert isinstance(decision, NotBought)
    assert "900.00 USD) is now tpo-b" in decision.reason


def test_an_offer_that_is_gone_is_told_as_gone_whatever_else_is_on_sale() -> None:
    others = (offer("tpo-b", hours=48), offer("tpo-c", starts=START + DAY))
    decision = decide_purchase(seen(purchase=purchase(order()), offers=others), None)
    assert isinstance(decision, NotBought)
    assert decision.reason.endswith("is not on sale any more")


def test_what_this_run_has_set_aside_already_is_not_counted_twice() -> None:
    month = Month(month="2026-03", usd={"me": Decimal(900), "other": Decimal(1100)})
    assert isinstance(decide_purchase(seen(purchase=purchase(order()), month=month), None), Buy)


def test_a_plan_that_is_there_is_not_bought() -> None:
    decision = decide_purchase(seen(plan=plan()), None)
    assert isinstance(decision, Done)
    assert (decision.code, decision.found) == ("PlanExists", True)


@pytest.mark.parametrize("status", ["Failed", "Expired"])
@pytest.mark.parametrize("mine", [None, purchase(REQUIRED, approval=asked(REQUIRED))], ids=["at first", "once asked"])
def test_a_plan_that_is_of_no_use_only_takes_the_name(status: str, mine: Any) -> None:
    decision = decide_purchase(seen(REQUIRED, plan=plan(status), purchase=mine), None)
    assert isinstance(decision, NotBought)
    assert (decision.code, decision.offer) == ("NameTaken", mine.offer if mine else None)
    assert decision.reason == f"plan p5 exists already and is {status}: nothing is bought, name another plan"


@pytest.mark.parametrize(
    ("status", "kind"), [("Scheduled", Done), ("Active", Done), ("Expired", Done), ("Pending", Wait), ("Odd", Wait)]
)
def test_a_plan_that_was_called_is_followed(status: str, kind: type) -> None:
    called = purchase(order(), called_at=NOW)
    assert isinstance(decide_purchase(seen(plan=plan(status), purchase=called), None), kind)


def test_a_failed_payment_is_no_purchase() -> None:
    called = purchase(order(), called_at=NOW)
    assert code(decide_purchase(seen(plan=plan("Failed"), purchase=called), None)) == "PaymentFailed"


@pytest.mark.parametrize(("age", "seconds"), [(timedelta(0), 60), (20 * MINUTE, 300), (timedelta(hours=3), 900)])
def test_a_payment_is_looked_at_more_and_more_seldom(age: timedelta, seconds: int) -> None:
    called = purchase(order(), called_at=NOW)
    decision = decide_purchase(seen(plan=plan("Pending"), purchase=called, now=NOW + age), None)
    assert isinstance(decision, Wait)
    assert decision.seconds == seconds


def test_after_a_day_a_pending_payment_is_left_to_the_watch() -> None:
    called = purchase(order(), called_at=NOW)
    assert code(decide_purchase(seen(plan=plan("Pending"), purchase=called, now=NOW + DAY), None)) == "PaymentPending"


@pytest.mark.parametrize("minutes", [0, 29])
def test_a_call_without_an_answer_is_looked_for(minutes: int) -> None:
    called = purchase(order(), called_at=NOW)
    assert isinstance(decide_purchase(seen(purchase=called, now=NOW + minutes * MINUTE), None), Wait)


def test_and_after_half_an_hour_a_person_has_to_look() -> None:
    called = purchase(order(), called_at=NOW)
    assert code(decide_purchase(seen(purchase=called, now=NOW + 30 * MINUTE), None)) == "PurchaseUnknown"


def test_while_another_run_is_at_it_nothing_is_touched() -> None:
    other = purchase(order(), request_id="other")
    assert isinstance(decide_purchase(seen(purchase=other), None), UnderWay)
    assert isinstance(decide_purchase(seen(purchase=other, now=NOW + DAY), None), Take)


def test_a_request_that_aws_refused_is_over() -> None:
    over = purchase(order(), ended_at=NOW, code="RefusedError", reason="a quota")
    assert code(decide_purchase(seen(purchase=over), None)) == "RefusedError"
