"""Purchases that begin by themselves: their names, their moments, and what stands for them."""

import re
from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.spending import spend, spends_at
from berth_core.errors import RefusedError
from berth_core.ordering import PurchaseRequest, order_of_manifest
from berth_core.purchase_steps import begun, not_bought
from berth_core.purchases import NotBought, Purchase, Take
from tests import builders
from tests.builders import END, P5, START, reconcile, registration
from tests.purchase_builders import offer
from tests.purchase_builders import seen as seen_of_purchase
from tests.unit.test_spending import (
    BOUGHT,
    DAY,
    PURCHASE,
    REFUSED,
    _extends,
    _extension,
    _on_plan,
    _order,
    _purchase,
    _seen,
    wants,
)


def test_a_purchase_is_named_after_its_order_and_the_manifests_version() -> None:
    begun = [
        spend(_seen(each), reconcile())
        for each in (wants(), wants(("p5-other",)), wants().model_copy(update={"version": "v2"}))
    ]
    names = {each.id for each in begun if each is not None}
    assert len(names) == 3
    assert all(re.fullmatch("llama-eval-[0-9a-f]{16}", name) for name in names)


def test_a_plan_is_begun_as_far_ahead_as_aws_sells_it() -> None:
    not_before = START.replace(hour=0, minute=0) + 60 * DAY
    seen = _seen(wants(not_before=not_before.date().isoformat()))
    assert spends_at(seen) == not_before - 56 * DAY


def test_a_hold_that_is_over_is_none_and_one_that_lasts_is_waited_for() -> None:
    reservation = {"plans": ("p5",), "instance_type": P5, "purchase": PURCHASE}
    over = registration(reservation=reservation, hold_until=(START - DAY).isoformat())
    assert spends_at(_seen(over)) == START
    early = {**PURCHASE, "not_before": (START + 60 * DAY).date().isoformat()}
    until = START + DAY
    lasts = registration(reservation={**reservation, "purchase": early}, hold_until=until.isoformat())
    assert spends_at(_seen(lasts)) == START.replace(hour=0, minute=0) + 4 * DAY


def test_an_extension_says_for_whom_and_ends_a_day_that_is_named() -> None:
    decision = spend(_on_plan(_extends(), 3 * DAY), reconcile())
    assert decision is not None
    assert decision.request["deployment"] == "llama-eval"
    assert (
        decision.reason == "plan p5-for-eval ends at 2026-03-10 11:30 UTC, and the ladder begins with more time on it"
    )
    longer = builders.plan(blocks=(builders.block(START, END + DAY),))
    moved = spend(_on_plan(_extends(), 2 * DAY, plans=(longer,)), reconcile())
    assert moved is not None
    assert moved.id != decision.id


def test_before_a_ladder_that_ends_late_an_extension_is_bought_an_hour_before_the_end_at_the_latest() -> None:
    """Where nothing else takes long, AWS's own last hour is what counts."""
    late = _extends(ladder=["extend", "delete"], finish_before_minutes=1)
    decision = spend(_on_plan(late, 3 * DAY), reconcile())
    assert decision is not None
    assert decision.request["answer_by"] == (END - timedelta(minutes=90)).isoformat().replace("+00:00", "Z")


CALLED = {"called_at": START, "ended_at": START, "code": "PurchaseUnknown", "reason": "throttled"}
NAMES = ("p5-for-eval", "p5-second")
THERE = builders.plan()
FAILED = builders.plan(status="Failed")


@pytest.mark.parametrize(
    ("over", "plan", "begins"),
    [
        (CALLED, THERE, False),
        (CALLED | {"code": "PaymentPending"}, builders.plan(status="Pending"), False),
        ({"called_at": START, "lapses_at": START}, THERE, False),
        (CALLED | {"code": "PaymentFailed"}, FAILED, True),
        (CALLED, FAILED, True),
        (REFUSED, THERE, True),
    ],
    ids=["unknown", "pending", "its run died", "not paid", "unknown, then not paid", "not called for"],
)
def test_a_plan_that_was_called_for_and_shows_stands_for_its_terms(
    over: dict[str, Any], plan: Any, begins: bool
) -> None:
    """Whatever its run made of it: the next version of the manifest would buy a second."""
    before = _purchase(_order(wants()).model_copy(update={"version": "v0"}), **over)
    there: Any = {"plans": (plan,), "purchases": (before,)}
    assert (spend(_seen(wants(NAMES), **there), reconcile()) is not None) == begins
    assert spend(_seen(wants(NAMES, hours=48), **there), reconcile()) is not None, "other terms"


@pytest.mark.parametrize(("over", "begins"), [({}, True), ({"plan_arn": builders.PLAN_ARN}, False)])
def test_what_aws_has_answered_stands_also_where_the_manifest_names_another_plan(
    over: dict[str, Any], begins: bool
) -> None:
    before = _purchase(_order(wants()).model_copy(update={"version": "v0"}), **CALLED | over)
    renamed = _seen(wants(("p5-second",)), purchases=(before,))
    assert (spend(renamed, reconcile()) is not None) == begins


def test_a_question_about_a_plan_that_the_manifest_no_longer_names_buys_nothing() -> None:
    """The new name is bought by a run of its own: a yes to both would buy two."""
    request = PurchaseRequest(deployment="llama-eval", plan="p5-for-eval")
    before = order_of_manifest(request, wants(), (), None)
    assert order_of_manifest(request, wants(("p5-second", "p5-for-eval")), (), before).plan == "p5-for-eval"
    with pytest.raises(RefusedError, match=r"doesn't name plan p5-for-eval \(it names p5-second\)"):
        order_of_manifest(request, wants(("p5-second",)), (), before)


LATER = builders.block(END + DAY, END + 2 * DAY)


@pytest.mark.parametrize(
    "plans",
    [(), (builders.plan(blocks=()),), (builders.plan(blocks=(builders.block(), LATER)),)],
    ids=["no plan", "no block", "another block follows"],
)
def test_only_the_last_block_of_a_plan_that_is_there_is_extended(plans: Any) -> None:
    assert spend(_on_plan(_extends(), 2 * DAY, plans=plans), reconcile()) is None


def test_an_extension_that_was_refused_may_be_asked_for_by_the_manifests_next_version() -> None:
    before = _extension(_extends(), **REFUSED)
    newer = _extends().model_copy(update={"version": "v2"})
    assert spend(_on_plan(newer, 2 * DAY, purchases=(before,)), reconcile()) is not None
    for over in ({}, BOUGHT):
        stands = _extension(_extends(), **over)
        assert spend(_on_plan(newer, 2 * DAY, purchases=(stands,)), reconcile()) is None


def _after_another(mine: Purchase, deployment: str | None, version: str | None) -> Purchase:
    """The row once another deployment on the same plan, or somebody by hand, has had an answer, too."""
    ordered = mine.order.model_copy(update={"deployment": deployment, "version": version})
    answered = seen_of_purchase(ordered, purchase=mine, request_id="another")
    return not_bought(answered, NotBought(code="ApprovalRejected", reason="jane said no"))


@pytest.mark.parametrize("another", [("mistral-eval", "v7"), (None, None)], ids=["another deployment", "by hand"])
def test_a_no_is_remembered_also_after_anothers_no_to_the_same(another: Any) -> None:
    before = _after_another(_extension(_extends(), **REFUSED), *another)
    assert before.order.deployment == another[0]
    for version, begins in (("v1", False), ("v2", True)):
        deployment = _extends().model_copy(update={"version": version})
        asks = spend(_on_plan(deployment, 2 * DAY, purchases=(before,)), reconcile())
        assert (asks is not None) == begins
    plan = _after_another(_purchase(_order(wants()), **REFUSED), *another)
    assert spend(_seen(wants(), purchases=(plan,)), reconcile()) is None
    newer = wants().model_copy(update={"version": "v2"})
    assert spend(_seen(newer, purchases=(plan,)), reconcile()) is not None


def test_a_claim_remembers_who_has_had_an_answer() -> None:
    before = _after_another(_extension(_extends(), **REFUSED), "mistral-eval", "v7")
    ordered = before.order.model_copy(update={"version": "v8"})
    claimed = begun(seen_of_purchase(ordered, purchase=before), Take(reason="", offer=offer()))
    assert claimed.askers == {"llama-eval": "v1", "mistral-eval": "v8"}


def test_a_rung_that_is_not_to_be_had_comes_before_nothing() -> None:
    deployment = _extends(ladder=["next_plan", "extend", "delete"])
    assert spend(_on_plan(deployment, 2 * DAY), reconcile()) is not None
