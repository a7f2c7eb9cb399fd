"""More time on a plan: when it is asked for, what came of the call, and that nobody buys it twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from berth_core.decide.purchasing import decide_purchase
from berth_core.purchases import Ask, Done, Extended, NotBought, Purchase, Take, Wait
from tests.purchase_builders import ARN, DAY, START, extension_order, offer, plan, purchase, seen

MINUTE = timedelta(minutes=1)
ENDS = START + 7 * DAY
RECORD: dict[str, Any] = {"offering_id": "tpo-a", "starts_at": ENDS, "ends_at": ENDS + DAY, "status": "Scheduled"}


def code(decision: Any) -> str:
    assert isinstance(decision, NotBought), decision
    return decision.code


def _extending(**over: Any) -> Any:
    fields: dict[str, Any] = {"now": START, "plan": plan("Active"), "offers": (offer(starts=ENDS),)}
    return seen(extension_order(), **(fields | over))


def _called() -> Purchase:
    return purchase(extension_order(), called_at=START)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"plan": plan("Expired")}, "NotExtendable"),
        ({"plan": plan("Pending")}, "NotExtendable"),
        ({"plan": None}, "NotExtendable"),
        ({"history": (Extended(offering_id="tpeo-x", payment="Pending"),)}, "NotExtendable"),
        ({"now": ENDS - 57 * DAY}, "NotExtendable"),
        ({"now": ENDS - timedelta(hours=3)}, "TooLateToExtend"),
        ({"now": ENDS - 59 * MINUTE}, "TooLateToExtend"),
        ({"order": extension_order(hours=24 * 15)}, "NotExtendable"),
    ],
)
def test_what_aws_would_not_extend_is_not_asked_for(over: dict[str, Any], expected: str) -> None:
    assert code(decide_purchase(_extending(**over), None)) == expected


def test_an_extension_is_taken_called_followed_and_done() -> None:
    assert isinstance(decide_purchase(_extending(), None), Take)
    pending = Extended(**RECORD, payment="Pending")
    assert isinstance(decide_purchase(_extending(purchase=_called(), history=(pending,)), None), Wait)
    done = decide_purchase(_extending(purchase=_called(), history=(Extended(**RECORD, payment="Completed"),)), None)
    assert isinstance(done, Done)
    assert (done.found, done.ends_at) == (False, ENDS + DAY)


@pytest.mark.parametrize(("minutes", "seconds"), [(1, 60), (20, 300), (180, 900)])
def test_an_extension_that_is_being_paid_is_looked_at_more_and_more_seldom(minutes: int, seconds: int) -> None:
    pending = Extended(**RECORD, payment="Pending")
    decision = decide_purchase(_extending(purchase=_called(), history=(pending,), now=START + minutes * MINUTE), None)
    assert isinstance(decision, Wait)
    assert decision.seconds == seconds


def test_an_extension_whose_payment_failed_is_none() -> None:
    failed = Extended(**(RECORD | {"status": "Failed"}), payment="Failed")
    assert code(decide_purchase(_extending(purchase=_called(), history=(failed,)), None)) == "PaymentFailed"
    decision: Any = decide_purchase(_extending(purchase=_called(), history=(failed,)), None)
    assert decision.offer == _called().offer
    assert isinstance(decide_purchase(_extending(history=(failed,)), None), Take)


def test_an_extension_that_was_called_and_is_not_in_the_history_is_not_called_again() -> None:
    assert isinstance(decide_purchase(_extending(purchase=_called()), None), Wait)


@pytest.mark.parametrize(
    ("days", "sold"),
    [(1, True), (2, True), (14, True), (15, False), (20, False), (21, True), (182, True), (183, False), (189, False)],
)
def test_more_time_is_sold_by_the_day_and_then_by_the_week(days: int, sold: bool) -> None:
    decision = decide_purchase(_extending(order=extension_order(hours=24 * days), offers=()), None)
    # Without an offer, what could be sold isn't on sale.
    assert code(decision) == ("NoOffer" if sold else "NotExtendable")
    assert isinstance(decision, NotBought)
    assert sold or decision.reason == f"{days} days are not sold: 1 to 14, or a multiple of 7 up to 182"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ENDS - 56 * DAY, ""),
        (ENDS - 56 * DAY - MINUTE, "NotExtendable"),
        (ENDS - DAY / 8 - MINUTE, ""),
        (ENDS - DAY / 8, "TooLateToExtend"),
    ],
)
def test_more_time_is_bought_neither_too_early_nor_too_late(now: datetime, expected: str) -> None:
    decision = decide_purchase(_extending(now=now), None)
    assert isinstance(decision, Take) if not expected else code(decision) == expected


def test_without_a_time_for_answers_it_is_bought_until_an_hour_before_the_end() -> None:
    ordered = extension_order(answer_by=None)
    assert isinstance(decide_purchase(_extending(order=ordered, now=ENDS - 60 * MINUTE), None), Take)
    late = _extending(order=ordered, now=ENDS - 60 * MINUTE + timedelta(seconds=1))
    assert code(decide_purchase(late, None)) == "TooLateToExtend"


def test_a_plan_that_shows_no_blocks_can_still_be_extended() -> None:
    bare = plan("Active").model_copy(update={"blocks": ()})
    assert isinstance(decide_purchase(_extending(plan=bare), None), Take)


def test_an_order_that_does_not_know_its_plans_arn_is_done_all_the_same() -> None:
    ordered = extension_order(plan_arn=None)
    by_another: Any = decide_purchase(_extending(order=ordered, plan=plan("Active", ENDS + DAY)), None)
    recorded: Any = decide_purchase(_extending(order=ordered, history=(Extended(**RECORD, payment="Completed"),)), None)
    assert (by_another.plan_arn, recorded.plan_arn) == ("", "")


def test_another_extension_of_the_same_end_is_not_taken_for_the_one_that_was_called() -> None:
    others = Extended(**(RECORD | {"offering_id": "tpo-other"}), payment="Completed")
    assert isinstance(decide_purchase(_extending(purchase=_called(), history=(others,)), None), Wait)
    longer = plan("Active", ENDS + DAY)
    assert isinstance(decide_purchase(_extending(purchase=_called(), plan=longer), None), Wait)


def test_of_an_extension_that_was_paid_is_told_until_when_it_is() -> None:
    done = decide_purchase(_extending(purchase=_called(), history=(Extended(**RECORD, payment="Completed"),)), None)
    assert isinstance(done, Done)
    assert (done.plan_arn, done.reason) == (
        ARN,
        "plan p5 is extended by 24 hours until 2026-03-11 11:30 UTC with tpo-a",
    )
    without = Extended(**(RECORD | {"ends_at": None}), payment="Completed")
    told = decide_purchase(_extending(purchase=_called(), history=(without,)), None)
    assert told.reason == "plan p5 is extended by 24 hours with tpo-a"


@pytest.mark.parametrize(
    "over", [{"plan": plan("Active", ENDS + DAY)}, {"history": (Extended(**RECORD, payment="Completed"),)}]
)
def test_what_somebody_else_has_extended_is_not_extended_again(over: dict[str, Any]) -> None:
    decision = decide_purchase(_extending(**over), None)
    assert isinstance(decision, Done)
    assert (decision.code, decision.found) == ("AlreadyExtended", True)
    assert (decision.plan_arn, decision.ends_at) == (ARN, ENDS + DAY)


def test_a_yes_to_more_time_is_of_use_until_the_call_would_come_too_late() -> None:
    ordered = extension_order(approval="required", answer_by=START + 5 * MINUTE)
    decision = decide_purchase(_extending(order=ordered), None)
    assert isinstance(decision, Ask)
    # Where it begins is the plan's own end, and says nothing about the answer.
    assert decision.approval.expires_at == START + 5 * MINUTE
