"""Which plan can take an endpoint, and when it is worth another look: the moments at which an answer changes."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decisions import Deploy, HandOver
from berth_core.facts import Left
from tests.builders import END, P5, PLAN_ARN, START, attempt, block, decide, endpoint, plan, registration, snapshot

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOW = START + HOUR
LATER = block(END + 24 * HOUR, END + 48 * HOUR)
TWO_BLOCKS = plan(blocks=(block(), LATER))
LEFT = attempt(kind="hand_over", rung="delete", target="delete", left=Left(plan_arn=PLAN_ARN, ends_at=END))
DELETES = registration(end_of_window={"ladder": ["delete"]})


@pytest.mark.parametrize(
    ("over", "code", "told", "next_at"),
    [
        ({"status": "Failed"}, "NoPlace", "there is no endpoint, and plan p5-for-eval is Failed", None),
        ({"status": "Pending", "blocks": ()}, "WaitingForPlan",
         "there is no endpoint, and plan p5-for-eval is Pending and has no further block", NOW + 5 * MINUTE),
        ({"status": "Scheduled", "blocks": (LATER,)}, "WaitingForPlan",
         "there is no endpoint, and plan p5-for-eval opens at 2026-03-11 11:30 UTC", LATER.starts_at),
    ],
    ids=["failed", "no block", "opens later"],
)  # fmt: skip
def test_what_a_plan_is_waited_for_and_until_when(over: dict[str, Any], code: str, told: str, next_at: Any) -> None:
    decision = decide(snapshot(plans=(plan(**over),)))
    assert (decision.code, decision.reason, decision.next_at) == (code, told, next_at)


def test_what_was_handed_over_waits_for_the_next_block_if_there_is_one() -> None:
    waits = decide(snapshot(plans=(TWO_BLOCKS,), attempts=(LEFT,)))
    assert (waits.code, waits.next_at) == ("WaitingForPlan", LATER.starts_at)
    never = decide(snapshot(attempts=(LEFT,)))
    assert (never.code, never.next_at) == ("NoPlace", None)


def test_a_block_ends_in_the_second_in_which_it_ends_whatever_the_plans_status_says() -> None:
    decision = decide(snapshot(now=END, plans=(TWO_BLOCKS,)))
    assert (decision.code, decision.next_at) == ("WaitingForPlan", LATER.starts_at)


@pytest.mark.parametrize(("minutes", "deploys"), [(91, True), (90, False), (85, False), (69, False)])
def test_a_block_takes_a_deployment_that_is_there_before_its_way_off_begins(minutes: int, deploys: bool) -> None:
    """Deploying takes 20 minutes, and the way off, a deletion, begins 70 minutes before the end."""
    decision = decide(snapshot(now=END - minutes * MINUTE, deployment=DELETES))
    assert isinstance(decision, Deploy) is deploys


@pytest.mark.parametrize(
    ("over", "deploys"),
    [
        ({}, True),
        ({"variants": ()}, True),
        ({"config": None}, True),
        ({"variants": (), "config": None}, False),
    ],
    ids=["seen and asked", "as many as were asked", "as many as are seen", "nobody knows"],
)
def test_a_failed_endpoint_gives_back_what_it_may_hold(over: dict[str, Any], deploys: bool) -> None:
    full = plan(total_count=1, available_count=0, in_use_count=1)
    decision = decide(snapshot(endpoint=endpoint(status="Failed", **over), plans=(full,)))
    assert isinstance(decision, Deploy) is deploys


def test_it_gives_back_what_it_asked_for_though_less_of_it_came() -> None:
    two = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2})
    broken = endpoint(two, count=2, status="Failed").model_copy(update={"variants": endpoint().variants})
    full = plan(available_count=0, in_use_count=2)
    assert isinstance(decide(snapshot(deployment=two, endpoint=broken, plans=(full,))), Deploy)


def test_the_way_off_leads_to_no_plan_that_was_left_before() -> None:
    both = registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5})
    ends_at = END + 100 * HOUR
    second = plan(name="p5-second", arn=f"{PLAN_ARN}-second", blocks=(block(START, ends_at),))
    given: dict[str, Any] = {"deployment": both, "endpoint": endpoint(both), "plans": (plan(), second)}
    fresh = decide(snapshot(now=END - 70 * MINUTE, **given))
    assert isinstance(fresh, HandOver)
    assert fresh.rung == "next_plan"
    was_there = LEFT.model_copy(update={"left": Left(plan_arn=second.arn, ends_at=ends_at)})
    assert decide(snapshot(now=END - 70 * MINUTE, attempts=(was_there,), **given)).rung == "on_demand"
