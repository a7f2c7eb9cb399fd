"""When a deployment begins to buy, and that it begins once."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.begun import why_not_extended
from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.spending import spend, spends_at
from berth_core.decisions import BeginPurchase, Hold
from berth_core.errors import RefusedError
from berth_core.facts import Policy, Registration, Snapshot
from berth_core.ordering import PurchaseRequest, order_by_hand, order_of_manifest, pinned_to
from berth_core.purchases import Order, Purchase
from tests import builders
from tests.builders import END, P5, PLAN_ARN, START, endpoint, reconcile, registration, snapshot

DAY = timedelta(days=1)
PURCHASE = {"hours": 24, "max_price_usd": "1000.00"}
HOURS = (timedelta(0), timedelta(minutes=29), timedelta(hours=1))
EXTEND = {"ladder": ["extend", "delete"], "extend": {"days": 1, "max_price_usd": "900.00"}}


def wants(plans: tuple[str, ...] = ("p5-for-eval",), **over: Any) -> Registration:
    reservation = {"plans": plans, "instance_type": P5, "purchase": {**PURCHASE, **over}}
    return registration(reservation=reservation)


def _order(deployment: Registration) -> Order:
    return order_of_manifest(PurchaseRequest(), deployment, (), None)


def _purchase(ordered: Order, **over: Any) -> Purchase:
    fields: dict[str, Any] = {
        "order": ordered,
        "request_id": "r",
        "holder": "e",
        "begun_at": START,
        "lapses_at": START + DAY,
    }
    return Purchase(**(fields | over))


def _seen(deployment: Registration, **over: Any) -> Snapshot:
    return snapshot(START, deployment=deployment, **({"plans": ()} | over))


def test_a_plan_that_is_wanted_and_not_there_is_begun_by_its_name() -> None:
    decision = decide_deployment(_seen(wants()), reconcile())
    assert isinstance(decision, BeginPurchase)
    assert decision.request == {"deployment": "llama-eval", "plan": "p5-for-eval"}
    assert decision == spend(_seen(wants()), reconcile())


def test_a_manifest_without_a_name_gets_one_that_its_terms_do_not_change() -> None:
    names = {spend(_seen(wants((), hours=hours)), reconcile()).request["plan"] for hours in (24, 48)}  # type: ignore[union-attr]
    assert names == {"llama-eval-plan"}


def test_the_first_name_that_is_not_there_is_the_one() -> None:
    decision = spend(_seen(wants(("p5-for-eval", "p5-second")), plans=(builders.plan(),)), reconcile())
    assert decision is not None
    assert decision.request["plan"] == "p5-second"


def test_a_run_that_died_before_it_claimed_anything_is_followed_by_another_within_the_hour() -> None:
    """Step Functions knows an execution's name for ninety days."""
    names = [spend(snapshot(START + after, deployment=wants(), plans=()), reconcile()) for after in HOURS]
    first, same, later = (each.id for each in names if each is not None)
    assert first == same != later


def test_one_run_begins_it_once() -> None:
    first = spend(_seen(wants()), reconcile())
    assert first is not None
    assert spend(_seen(wants()), Intent(begun=(first.id,))) is None


BOUGHT = {"ended_at": START, "plan_arn": PLAN_ARN}
REFUSED = {"ended_at": START, "code": "NoOffer", "reason": "nothing"}


@pytest.mark.parametrize(
    ("version", "over", "begins"),
    [
        ("v1", REFUSED, False),
        ("v0", REFUSED, True),
        ("v0", BOUGHT, False),
        ("v0", {}, False),
        ("v0", {"lapses_at": START}, True),
    ],
)
def test_what_was_begun_before_stands_for_it(version: str, over: dict[str, Any], begins: bool) -> None:
    before = _purchase(_order(wants()).model_copy(update={"version": version}), **over)
    assert (spend(_seen(wants(), purchases=(before,)), reconcile()) is not None) == begins


@pytest.mark.parametrize("over", [REFUSED, BOUGHT])
def test_what_another_deployment_has_bought_or_not_says_nothing_about_this_one(over: dict[str, Any]) -> None:
    theirs = _purchase(_order(wants()).model_copy(update={"deployment": "other"}), **over)
    assert spend(_seen(wants(), purchases=(theirs,)), reconcile()) is not None


def test_other_terms_may_buy_the_next_plan() -> None:
    before = _purchase(_order(wants()).model_copy(update={"version": "v0"}), **BOUGHT)
    names = ("p5-for-eval", "p5-second")
    there = {"plans": (builders.plan(),), "purchases": (before,)}
    assert spend(_seen(wants(names), **there), reconcile()) is None
    assert spend(_seen(wants(names, hours=48), **there), reconcile()) is not None


@pytest.mark.parametrize(
    "seen",
    [
        _seen(registration()),
        _seen(wants(), plans=(builders.plan(),)),
        _seen(wants(not_after=(START - DAY).date().isoformat())),
        _seen(wants().model_copy(update={"removed_at": START})),
    ],
    ids=["not wanted", "there", "too late", "removed"],
)
def test_nothing_is_begun(seen: Snapshot) -> None:
    assert spend(seen, reconcile()) is None
    assert spends_at(seen) is None


def test_it_waits_until_aws_sells_that_far_ahead() -> None:
    seen = _seen(wants(not_before=(START + 60 * DAY).date().isoformat()))
    assert spend(seen, reconcile()) is None
    held = decide_deployment(seen, reconcile())
    assert isinstance(held, Hold)
    assert held.next_at == spends_at(seen)


def test_hands_off_means_hands_off_the_purse_too() -> None:
    until = START + DAY
    deployment = registration(
        reservation={"plans": ("p5",), "instance_type": P5, "purchase": PURCHASE}, hold_until=until.isoformat()
    )
    assert spends_at(_seen(deployment)) == until


def test_observing_only_it_says_what_it_would_do() -> None:
    held = decide_deployment(_seen(wants(), policy=Policy(stack="berth", observe_only=True)), reconcile())
    assert isinstance(held, Hold)
    assert (held.code, "would begin_purchase" in held.reason) == ("ObserveOnly", True)


def _extends(**over: Any) -> Registration:
    return registration(end_of_window=EXTEND | over)


ELSEWHERE = registration(end_of_window=EXTEND, reservation={"plans": ["p5-next"], "instance_type": P5})
"""It may stand on a plan that its manifest no longer names."""


def _on_plan(deployment: Registration, before_end: timedelta, **over: Any) -> Snapshot:
    return snapshot(END - before_end, deployment=deployment, endpoint=endpoint(deployment), **over)


def test_an_extension_is_begun_three_days_before_a_yes_would_come_too_late() -> None:
    assert spend(_on_plan(_extends(), 4 * DAY), reconcile()) is None
    decision = spend(_on_plan(_extends(), 3 * DAY), reconcile())
    assert decision is not None
    assert decision.request["extend_plan"] == "p5-for-eval"
    # One hour to finish, twice five minutes to delete, half an hour to buy.
    assert decision.request["answer_by"] == (END - timedelta(minutes=100)).isoformat().replace("+00:00", "Z")


def test_without_people_hours_are_enough() -> None:
    deployment = _extends(extend={"days": 1, "max_price_usd": "900.00", "approval": "none"})
    assert spend(_on_plan(deployment, DAY), reconcile()) is None
    assert spend(_on_plan(deployment, timedelta(hours=7)), reconcile()) is not None


def test_a_plan_that_the_manifest_no_longer_names_is_not_extended() -> None:
    assert spend(_on_plan(ELSEWHERE, DAY), reconcile()) is None


def test_an_extension_that_would_come_too_late_is_not_begun() -> None:
    assert spend(_on_plan(_extends(), timedelta(minutes=100)), reconcile()) is None


def test_a_rung_before_it_that_can_be_taken_comes_first() -> None:
    on_demand = {"instance_types": [P5], "max_hours": 24, "max_usd": "2400.00"}
    deployment = _extends(ladder=["on_demand", "extend", "delete"], on_demand=on_demand)
    assert spend(_on_plan(deployment, 2 * DAY), reconcile()) is None


def _extension(deployment: Registration, **over: Any) -> Purchase:
    request = PurchaseRequest(deployment="llama-eval", extend_plan="p5-for-eval")
    return _purchase(order_of_manifest(request, deployment, (builders.plan(),), None), **over)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({}, "there is no yes yet"),
        ({"called_at": END - DAY}, "it is bought, and the end has not moved yet"),
        (BOUGHT, "it is bought, and the end has not moved"),
        (REFUSED, "NoOffer: nothing"),
    ],
)
def test_each_end_is_asked_to_be_moved_once_and_the_ladder_says_what_came_of_it(
    over: dict[str, Any], words: str
) -> None:
    seen = _on_plan(_extends(), 2 * DAY, purchases=(_extension(_extends(), **over),))
    assert spend(seen, reconcile()) is None
    assert why_not_extended(seen) == words


def test_what_was_never_asked_for_is_told_with_the_way_out() -> None:
    assert "plan_purchase with extend" in why_not_extended(_on_plan(_extends(), DAY))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "give one of deployment, search and extend; none was given"),
        ({"search": {"instance_type": P5, "hours": 24}}, "max_price_usd is missing"),
        ({"extend": {"plan": "p4", "days": 1}, "max_price_usd": "9"}, "there is no plan p4"),
        (
            {"deployment": "x", "search": {"instance_type": P5, "hours": 24}, "max_price_usd": "9"},
            "deployment and search was given",
        ),
    ],
)
def test_a_request_by_hand_that_makes_no_order_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        order_by_hand(PurchaseRequest.model_validate(given), (builders.plan(),))


def test_the_same_search_is_the_same_purchase_also_in_awss_words() -> None:
    ours = {
        "instance_type": P5,
        "instance_count": 2,
        "hours": 24,
        "not_before": "2026-03-02",
        "not_after": "2026-03-05",
    }
    theirs = {
        "InstanceType": P5,
        "InstanceCount": 2,
        "DurationHours": 24,
        "StartTimeAfter": "2026-03-02T00:00:00Z",
        "EndTimeBefore": "2026-03-06T00:00:00Z",
    }
    requests = [PurchaseRequest.model_validate({"search": each, "max_price_usd": "9"}) for each in (ours, theirs)]
    first, second = (order_by_hand(request, ()) for request in requests)
    assert first == second
    assert first.plan.startswith("berth-")


def test_by_hand_a_manifests_terms_can_only_be_tightened() -> None:
    request = PurchaseRequest.model_validate({"deployment": "x", "max_price_usd": "5000", "approval": "none"})
    ordered = order_of_manifest(request, wants(), (), None)
    assert (str(ordered.max_price_usd), ordered.approval) == ("1000.00", "required")


def test_what_a_run_is_about_stays_when_the_end_moves_meanwhile() -> None:
    request = PurchaseRequest(deployment="llama-eval", extend_plan="p5-for-eval")
    before = order_of_manifest(request, _extends(), (builders.plan(),), None)
    moved = builders.plan(blocks=(builders.block(START, END + DAY),))
    after = pinned_to(order_of_manifest(request, _extends(), (moved,), before), before)
    assert (after.key, after.plan_ends_at) == (before.key, END)


@pytest.mark.parametrize(
    ("deployment", "request_over", "words"),
    [
        (wants().model_copy(update={"removed_at": START}), {}, "was removed"),
        (registration(), {}, "has no reservation.purchase"),
        (registration(), {"extend_plan": "p5-for-eval"}, "has no end_of_window.extend"),
        (wants(), {}, "all plans of 'llama-eval' are there"),
        (
            wants(),
            {"plan": "another"},
            r"name plan another \(it names p5-for-eval\): add it to reservation",
        ),
        (ELSEWHERE, {"extend_plan": "p5-for-eval"}, "doesn't name plan p5-for-eval"),
    ],
)
def test_a_manifest_that_asks_for_nothing_buys_nothing(
    deployment: Registration, request_over: dict[str, Any], words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        order_of_manifest(PurchaseRequest(**request_over), deployment, (builders.plan(),), None)
