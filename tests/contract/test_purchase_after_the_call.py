"""After the call a purchase is only looked for, and what the ledger says of it is what is told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.steps import record_purchase as recording
from berth_aws.steps.observe_purchase import observe_purchase, request_id
from berth_aws.steps.record_purchase import PurchaseEnded, record_purchase
from berth_core import purchase_steps
from berth_core.decide.purchasing import decide_purchase
from berth_core.errors import RefusedError
from berth_core.ordering import PurchaseRequest
from berth_core.outcomes import Trouble
from berth_core.purchases import Buy, Done, Purchase, SpendingPolicy
from tests.fakes.ledger import FakeLedger
from tests.fakes.market import FakeMarket
from tests.purchase_builders import ARN, NOW, offer, order, purchase, seen

HOLDER = "arn:aws:states:us-east-1:111122223333:execution:berth-plan-purchase:one"
OF_MANIFEST = PurchaseRequest(deployment="llama-eval", plan="p5")
POLICY = SpendingPolicy(stack="berth")


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
