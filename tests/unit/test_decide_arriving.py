"""Onto reserved capacity: one table a question, each row a sentence."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, Hold, Refuse, Tidy
from tests.builders import (
    END,
    ON_DEMAND,
    P4D,
    P5,
    PLAN_ARN,
    START,
    attempt,
    block,
    decide,
    endpoint,
    plan,
    reconcile,
    registration,
    snapshot,
    stay,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_deploys_onto_an_active_plan_with_free_instances() -> None:
    decision = decide(snapshot())
    assert isinstance(decision, Deploy)
    assert (decision.action, decision.plan, decision.config.plan_arn) == ("create", "p5-for-eval", PLAN_ARN)
    assert decision.config.instance_type == P5
    assert "Active with 2 of 2 free" in decision.reason


@pytest.mark.parametrize(
    ("over", "code", "text", "next_at"),
    [
        ({"status": "Suspended"}, "WaitingForPlan", "'Suspended', a status that AWS", START + 75 * MINUTE),
        ({"status": "Scheduled"}, "WaitingForPlan", "should have opened at 2026-03-03 11:30 UTC", START + 75 * MINUTE),
        ({"available_count": 0}, "WaitingForPlan", "has 0 of 2 free", START + 75 * MINUTE),
        ({"status": "Failed", "status_message": "payment"}, "NoPlace", "is Failed: payment", None),
        ({"status": "Expired"}, "NoPlace", "is Expired", None),
        ({"targets": ("training-job",)}, "NoPlace", "is for training-job, not for endpoints", None),
        ({"total_count": 0, "status": "Pending"}, "WaitingForPlan", "still Pending", START + 75 * MINUTE),
    ],
)  # fmt: skip
def test_says_why_a_plan_cannot_take_it(over: dict[str, Any], code: str, text: str, next_at: datetime | None) -> None:
    decision = decide(snapshot(plans=(plan(**over),)))
    assert isinstance(decision, Hold | Refuse)
    assert (decision.code, decision.next_at) == (code, next_at)
    assert text in decision.reason


def test_waits_for_the_start_of_a_scheduled_plan() -> None:
    decision = decide(snapshot(now=START - HOUR, plans=(plan(status="Scheduled"),)))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("WaitingForPlan", START)


def test_a_plan_that_opens_some_minutes_late_is_no_news() -> None:
    scheduled = (plan(status="Scheduled"),)
    before = decide(snapshot(now=START - HOUR, plans=scheduled))
    just = decide(snapshot(now=START, plans=scheduled))
    assert (just.code, just.reason, just.next_at) == (before.code, before.reason, START + 10 * MINUTE)
    assert "should have opened" in decide(snapshot(now=START + 10 * MINUTE, plans=scheduled)).reason


def test_waits_for_the_second_block_in_the_gap_of_a_plan() -> None:
    second = block(END + 24 * HOUR, END + 48 * HOUR)
    gap = plan(status="Scheduled", blocks=(block(), second))
    decision = decide(snapshot(now=END + HOUR, plans=(gap,)))
    assert isinstance(decision, Hold)
    assert decision.next_at == second.starts_at


def test_asks_for_no_more_than_is_reserved_and_says_the_numbers() -> None:
    asked = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 3})
    decision = decide(snapshot(deployment=asked))
    assert isinstance(decision, Refuse)
    assert "instances asked: 3; plan p5-for-eval reserves 2 (0 in use, 2 free)" in decision.reason


def test_refuses_a_plan_of_another_type() -> None:
    other = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P4D})
    decision = decide(snapshot(deployment=other))
    assert isinstance(decision, Refuse)
    assert "reserves ml.p5.48xlarge, the manifest asks for ml.p4d.24xlarge" in decision.reason


def test_an_unknown_plan_is_waited_for_since_anybody_may_buy_it() -> None:
    decision = decide(snapshot(plans=()))
    assert isinstance(decision, Hold)
    assert "there is no plan p5-for-eval" in decision.reason


def test_takes_the_second_plan_when_the_first_is_over() -> None:
    second = plan(name="p5-second", arn=PLAN_ARN + "-second")
    both = registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5})
    decision = decide(snapshot(deployment=both, plans=(plan(status="Expired"), second)))
    assert isinstance(decision, Deploy)
    assert decision.plan == "p5-second"


def test_a_block_that_is_about_to_close_is_waited_out_if_the_plan_has_another() -> None:
    later = block(END + 24 * HOUR, END + 48 * HOUR)
    decision = decide(snapshot(now=END - 20 * MINUTE, plans=(plan(blocks=(block(), later)),)))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("WaitingForPlan", later.starts_at)
    assert "the block of plan p5-for-eval is closing; the next opens at 2026-03-11 11:30 UTC" in decision.reason


def test_does_not_deploy_into_a_window_that_is_about_to_close() -> None:
    decision = decide(snapshot(now=END - 90 * MINUTE))
    assert isinstance(decision, Refuse)
    assert "closing" in decision.reason


def test_replaces_a_failed_endpoint_since_aws_allows_nothing_but_its_deletion() -> None:
    broken = endpoint(status="Failed", failure_reason="it crashed")
    decision = decide(snapshot(endpoint=broken))
    assert isinstance(decision, Deploy)
    assert decision.action == "replace"
    assert "it crashed" in decision.reason


def test_comes_home_from_on_demand_when_the_plan_has_room() -> None:
    away = endpoint(plan_arn=None)
    decision = decide(snapshot(endpoint=away))
    assert isinstance(decision, Deploy)
    assert decision.action == "update"


def test_does_not_come_home_into_the_window_that_it_has_just_left() -> None:
    away = endpoint(plan_arn=None)
    left = snapshot(now=END - 140 * MINUTE, endpoint=away, on_demand=(stay(END - 150 * MINUTE),))
    decision = decide(left)
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"


@pytest.mark.parametrize(
    ("ran", "intent", "kind", "code"),
    [
        (3 * HOUR + 39 * MINUTE, "reconcile", "deploy", ""),
        (3 * HOUR + 41 * MINUTE, "reconcile", "hold", "TooLateForHome"),
        # Who means it pays for it; and once it is time to leave, that comes first.
        (3 * HOUR + 41 * MINUTE, "deploy", "deploy", ""),
        (3 * HOUR + 55 * MINUTE, "reconcile", "hand_over", ""),
    ],
)
def test_comes_home_only_if_it_is_there_before_the_cap(ran: timedelta, intent: Any, kind: str, code: str) -> None:
    four_hours = registration(
        end_of_window={"on_demand": {**ON_DEMAND, "max_hours": 4}, "ladder": ["on_demand", "delete"]}
    )
    away = endpoint(plan_arn=None, instance_type=P5)
    seen = snapshot(now=START + 6 * HOUR, deployment=four_hours, endpoint=away,
                    on_demand=(stay(START + 6 * HOUR - ran),))  # fmt: skip
    decision = decide(seen, Intent(kind=intent))
    assert (decision.kind, getattr(decision, "code", "")) == (kind, code)
    if isinstance(decision, Hold):
        assert "on-demand reaches its cap at" in decision.reason
        assert decision.next_at is not None


def test_stays_on_demand_if_told_not_to_return() -> None:
    staying = registration(end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    away = endpoint(staying, plan_arn=None)
    decision = decide(snapshot(deployment=staying, endpoint=away))
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"


# --- by hand onto a plan, and what is left of an endpoint that is gone ----------------------------------------------


def two_plans(**over: Any) -> Any:
    return registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5}, **over)


def second(**over: Any) -> Any:
    return plan(**{"name": "p5-second", "arn": PLAN_ARN + "-second", **over})


def by_hand(plan_name: str, **over: Any) -> Any:
    seen = snapshot(**{"deployment": two_plans(), "endpoint": endpoint(), "plans": (plan(), second()), **over})
    return decide_deployment(seen, Intent(kind="deploy", plan=plan_name))


def test_a_running_endpoint_asked_onto_a_plan_that_the_manifest_does_not_name_is_refused() -> None:
    decision = by_hand("p5-other")
    assert isinstance(decision, Refuse)
    assert (decision.code, "the manifest doesn't name plan p5-other" in decision.reason) == ("NoPlace", True)


def test_a_running_endpoint_asked_onto_another_plan_moves_there() -> None:
    decision = by_hand("p5-second")
    assert isinstance(decision, Deploy)
    assert (decision.action, decision.plan) == ("update", "p5-second")


def test_a_running_endpoint_asked_onto_a_full_plan_is_refused_and_not_waited_for() -> None:
    decision = by_hand("p5-second", plans=(plan(), second(available_count=0, in_use_count=2)))
    assert isinstance(decision, Refuse)
    assert decision.code == "NoRoom"


@pytest.mark.parametrize("name", ["p5-for-eval", PLAN_ARN])
def test_an_endpoint_asked_onto_the_plan_that_it_is_on_is_as_wanted(name: str) -> None:
    assert by_hand(name).code == "AsWanted"


def test_what_a_stranger_left_behind_is_tidied_up_once() -> None:
    left = snapshot(plans=(plan(status="Expired"),), attempts=(attempt(kind="deploy"),))
    decision = decide_deployment(left, reconcile())
    assert isinstance(decision, Tidy)
    assert isinstance(decide_deployment(left, Intent(kind="rotate")), Tidy)
    assert isinstance(decide_deployment(left, Intent(kind="rotate", model="other")), Hold)
    tidied = left.model_copy(update={"attempts": (attempt(kind="tidy", target="configs"), *left.attempts)})
    assert isinstance(decide_deployment(tidied, reconcile()), Refuse)


@pytest.mark.parametrize("attempts", [(), (attempt(kind="hand_over", rung="delete", target="delete"),)])
def test_nothing_is_tidied_up_where_nothing_was_left(attempts: Any) -> None:
    assert isinstance(
        decide_deployment(snapshot(plans=(plan(status="Expired"),), attempts=attempts), reconcile()), Refuse
    )


def test_a_removed_deployment_is_tidied_up_before_it_is_forgotten() -> None:
    gone = registration({"removed_at": START})
    left = snapshot(deployment=gone, attempts=(attempt(kind="deploy"),))
    assert isinstance(decide_deployment(left, reconcile()), Tidy)
    assert decide(left.model_copy(update={"attempts": ()})).code == "Removed"
