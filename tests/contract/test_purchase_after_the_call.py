"""After the call a purchase is only looked for, and what the ledger says of it is what is told."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from berth_aws import clients
from berth_aws.steps import observe_purchase as observing
from berth_aws.steps import record_purchase as recording
from berth_aws.steps.observe_purchase import observe_purchase, request_id
from berth_aws.steps.record_purchase import PurchaseEnded, record_purchase
from berth_core import purchase_steps
from berth_core.decide.purchasing import decide_purchase
from berth_core.errors import BusyError, RefusedError
from berth_core.ordering import PurchaseRequest
from berth_core.outcomes import Trouble
from berth_core.purchases import Buy, Done, NotBought, Purchase, SpendingPolicy, Wait
from tests.builders import plan
from tests.fakes.ledger import FakeLedger
from tests.fakes.market import FakeMarket
from tests.purchase_builders import ARN, NOW, P5, extension_order, offer, order, purchase, seen

HOLDER = "arn:aws:states:us-east-1:111122223333:execution:berth-plan-purchase:one"
OF_MANIFEST = PurchaseRequest(deployment="llama-eval", plan="p5")
POLICY = SpendingPolicy(stack="berth")
BUDGET = SpendingPolicy(stack="berth", budget_usd=Decimal(2000))


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> FakeMarket:
    """It has nothing on sale, and searching it fails: it is not needed any more."""
    made = FakeMarket(lambda: NOW + timedelta(minutes=5), {"tpo-a": "900.00"})
    made.create_training_plan(TrainingPlanName="p5", TrainingPlanOfferingId="tpo-a")
    monkeypatch.setattr(clients, "shared", lambda _service: made)
    return made


def _row(**over: Any) -> Purchase:
    return purchase(order(deployment="llama-eval"), request_id=request_id(HOLDER), holder=HOLDER, **over)


@pytest.mark.parametrize("changed", ["the manifest is gone", "the market fails"])
def test_neither_the_manifest_nor_the_market_is_asked_after_the_call(
    market: FakeMarket, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    def fails(**_asked: Any) -> Any:
        raise AssertionError(f"searched, though {changed}")

    monkeypatch.setattr(market, "search_training_plan_offerings", fails)
    ledger = FakeLedger()
    called = _row(called_at=NOW)
    ledger.purchases.write(called)
    found = observe_purchase(OF_MANIFEST, HOLDER, called.order, ledger, POLICY, NOW + timedelta(minutes=5))
    assert (found.order, found.offers, found.mine) == (called.order, (), called)
    assert isinstance(decide_purchase(found, None), Done)


@pytest.mark.parametrize("over", [{}, {"called_at": NOW, "request_id": "another"}], ids=["not called", "by another"])
def test_before_its_own_call_the_manifest_is_asked_each_time(market: FakeMarket, over: dict[str, Any]) -> None:
    ledger = FakeLedger()
    row = _row().model_copy(update=over)
    ledger.purchases.write(row)
    with pytest.raises(RefusedError, match="isn't registered"):
        observe_purchase(OF_MANIFEST, HOLDER, row.order, ledger, POLICY, NOW)


def _searching(market: FakeMarket, monkeypatch: pytest.MonkeyPatch, code: str) -> Any:
    def refuses(**_asked: Any) -> Any:
        answer: Any = {
            "Error": {"Code": code, "Message": "plan p5 cannot be extended"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        raise ClientError(answer, "SearchTrainingPlanOfferings")

    monkeypatch.setattr(market, "search_training_plan_offerings", refuses)
    asked = {"search": {"instance_type": P5, "hours": 24}, "max_price_usd": "9", "approval": "none"}
    return observe_purchase(PurchaseRequest.model_validate(asked), HOLDER, None, FakeLedger(), BUDGET, NOW)


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException"])
def test_a_no_to_the_search_is_seen_as_one_so_that_it_is_recorded_and_told(
    market: FakeMarket, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    found = _searching(market, monkeypatch, code)
    assert found.offers == ()
    decision = decide_purchase(found, None)
    assert isinstance(decision, NotBought)
    assert decision.code == "NoOffer"
    assert "plan p5 cannot be extended" in decision.reason


def _extending(market: FakeMarket, monkeypatch: pytest.MonkeyPatch, code: str, called: bool = False) -> Any:
    """AWS won't say what the plan was extended by before."""

    class Silent:
        def paginate(self, **_asked: Any) -> Any:
            answer: Any = {
                "Error": {"Code": code, "Message": "not yours to see"},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
            raise ClientError(answer, "DescribeTrainingPlanExtensionHistory")

    lists = market.get_paginator
    monkeypatch.setattr(
        market, "get_paginator", lambda name: lists(name) if name == "list_training_plans" else Silent()
    )
    monkeypatch.setattr(market, "search_training_plan_offerings", lambda **_asked: {})
    monkeypatch.setattr(observing, "list_plans", lambda _client: (plan(name="p5", arn=ARN),))
    ledger = FakeLedger()
    mine = purchase(extension_order(), request_id=request_id(HOLDER), holder=HOLDER, called_at=NOW)
    if called:
        ledger.purchases.write(mine)
    asked = {"extend": {"plan": "p5", "days": 1}, "max_price_usd": "9", "approval": "none"}
    pinned = mine.order if called else None
    later = NOW + timedelta(minutes=5)
    return observe_purchase(PurchaseRequest.model_validate(asked), HOLDER, pinned, ledger, BUDGET, later)


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException"])
def test_a_no_to_what_was_bought_before_is_a_no_to_the_extension_and_told(
    market: FakeMarket, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """An extension that was bought already would be bought again."""
    found = _extending(market, monkeypatch, code)
    assert (found.offers, found.history) == ((), ())
    assert "DescribeTrainingPlanExtensionHistory" in found.no_offers_why
    assert "not yours to see" in found.no_offers_why


def test_after_the_call_a_no_to_that_says_nothing_of_what_came_of_it(
    market: FakeMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RefusedError, match="not yours to see"):
        _extending(market, monkeypatch, "ValidationException", called=True)


def test_a_throttled_search_is_asked_again(market: FakeMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BusyError):
        _searching(market, monkeypatch, "ThrottlingException")


def test_what_is_written_down_as_bought_is_told_as_bought_although_the_run_failed_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "drop_reminder", lambda *_: None)
    ledger, mine = FakeLedger(), purchase(order())
    called = purchase_steps.called(mine, Buy(offer=offer(), price_usd=mine.order.max_price_usd, reason="it fits"), NOW)
    bought = purchase_steps.done(called, Done(reason="plan p5 is Scheduled", plan_arn=ARN), NOW)
    for each in (mine, called, bought):
        assert ledger.purchases.write(each)
    died = Trouble.model_validate({"Error": "Runtime.ExitError", "Cause": "signal: killed"})
    ended = PurchaseEnded(holder="execution me", seen=seen(purchase=called), failure=died)
    recorded = record_purchase(ended, "berth", "berth", ledger, NOW)
    assert [each["DetailType"] for each in recorded.entries] == ["Plan Purchased"]
    assert json.loads(recorded.entries[0]["Detail"])["plan_arn"] == ARN
    assert recorded.code == ""
    assert ledger.purchases.get("p5") == bought


CALLED = purchase_steps.called(
    purchase(order()), Buy(offer=offer(), price_usd=order().max_price_usd, reason="it fits"), NOW
)
DIED = Trouble.model_validate({"Error": "Runtime.ExitError", "Cause": "signal: killed"})
UNPAID = NotBought(code="PaymentFailed", reason="plan p5 is Failed", offer=offer())


def _ends(mine: Purchase, decision: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Purchase, list[dict[str, Any]]]:
    """What RecordFailure makes of a run that had decided this: the row, and what is told."""
    monkeypatch.setattr(recording, "drop_reminder", lambda *_: None)
    ledger, mine = FakeLedger(), mine.model_copy(update={"revision": 1})
    assert ledger.purchases.write(mine)
    ended = PurchaseEnded(holder="execution me", seen=seen(purchase=mine), decision=decision, failure=DIED)
    recorded = record_purchase(ended, "berth", "berth", ledger, NOW)
    there = ledger.purchases.get(mine.order.key)
    assert there is not None
    return there, [{"type": each["DetailType"], **json.loads(each["Detail"])} for each in recorded.entries]


def test_what_was_found_to_be_bought_ends_as_bought_although_that_could_not_be_written_at_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, told = _ends(CALLED, Done(reason="plan p5 is Scheduled", plan_arn=ARN), monkeypatch)
    assert there.is_bought
    assert [each["type"] for each in told] == ["Plan Purchased"]


def test_what_was_found_not_to_be_paid_ends_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    there, told = _ends(CALLED, UNPAID, monkeypatch)
    assert (there.code, told[0]["reason"]) == ("PaymentFailed", "plan p5 is not bought: plan p5 is Failed")


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (CALLED, "plan p5 may have been bought: the run failed after it had asked AWS (signal: killed)"),
        (
            purchase_steps.answered_with(CALLED, ARN),
            f"plan p5 may have been bought: AWS took the call ({ARN}), and then the run failed (signal: killed)",
        ),
        (
            CALLED.model_copy(update={"order": extension_order(key="p5")}),
            "plan p5 may have been extended: the run failed after it had asked AWS (signal: killed)",
        ),
    ],
)
def test_after_the_call_nobody_is_told_that_nothing_was_bought(
    mine: Purchase, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = Wait(reason="plan p5 is Pending", seconds=60)
    there, told = _ends(mine, wait, monkeypatch)
    assert there.code == "PurchaseUnknown"
    assert told[0]["reason"].startswith(words)
    assert "look at the " in told[0]["reason"]
