"""What is to be done about a deployment: one table a question, each row a sentence."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, HandOver, Hold, Refuse, Resize, Rotate
from berth_core.facts import Override, Policy
from tests.builders import (
    END,
    ON_DEMAND,
    P4D,
    P5,
    PLAN_ARN,
    START,
    attempt,
    block,
    endpoint,
    lease,
    plan,
    reconcile,
    registration,
    snapshot,
    stay,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def decide(seen: Any, intent: Intent | None = None) -> Any:
    return decide_deployment(seen, intent or reconcile())


# --- arriving -------------------------------------------------------------------------------------------------------


def test_deploys_onto_an_active_plan_with_free_instances() -> None:
    decision = decide(snapshot())
    assert isinstance(decision, Deploy)
    assert (decision.action, decision.plan, decision.config.plan_arn) == ("create", "p5-for-eval", PLAN_ARN)
    assert decision.config.instance_type == P5
    assert "Active with 2 of 2 free" in decision.reason


@pytest.mark.parametrize(
    ("over", "code", "text", "next_at"),
    [
        ({"status": "Scheduled"}, "WaitingForPlan", "should have opened at 2026-03-03 11:30 UTC", START + 61 * MINUTE),
        ({"available_count": 0}, "WaitingForPlan", "has 0 of 2 free", START + 65 * MINUTE),
        ({"status": "Failed", "status_message": "payment"}, "NoPlace", "is Failed: payment", None),
        ({"status": "Expired"}, "NoPlace", "is Expired", None),
        ({"targets": ("training-job",)}, "NoPlace", "is for training-job, not for endpoints", None),
        ({"total_count": 0, "status": "Pending"}, "WaitingForPlan", "still Pending", START + 61 * MINUTE),
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
    assert (just.code, just.reason, just.next_at) == (before.code, before.reason, START + MINUTE)
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


def test_stays_on_demand_if_told_not_to_return() -> None:
    staying = registration(end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    away = endpoint(staying, plan_arn=None)
    decision = decide(snapshot(deployment=staying, endpoint=away))
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"


# --- rotating -------------------------------------------------------------------------------------------------------


def test_holds_when_all_is_as_wanted_and_asks_to_be_back_for_the_way_off() -> None:
    decision = decide(snapshot(endpoint=endpoint()))
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"
    # finish 60 minutes before the end; delete 2 x 5; on-demand 2 x 20 for each of two types.
    assert decision.next_at == END - 60 * MINUTE - 10 * MINUTE - 80 * MINUTE


def test_rotates_to_another_model_when_a_second_fleet_fits() -> None:
    wanted = registration(model="my-model-v2")
    decision = decide(
        snapshot(deployment=wanted, endpoint=endpoint(), plans=(plan(available_count=1, in_use_count=1),))
    )
    assert isinstance(decision, Rotate)
    assert decision.config.model == "my-model-v2"
    assert decision.rollout is None
    assert decision.reason == "my-model runs, my-model-v2 is wanted; all_at_once (1 free, 1 needed)"


def test_refuses_a_rotation_that_has_no_room_with_the_numbers() -> None:
    wanted = registration(model="my-model-v2")
    full = plan(total_count=1, available_count=0, in_use_count=1)
    decision = decide(snapshot(deployment=wanted, endpoint=endpoint(), plans=(full,)))
    assert isinstance(decision, Refuse)
    assert decision.code == "NoRoom"
    assert "instances asked: 1; plan p5-for-eval reserves 1 (1 in use, 0 free)" in decision.reason


def test_a_change_of_the_count_alone_goes_in_place() -> None:
    two = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2})
    decision = decide(snapshot(deployment=two, endpoint=endpoint(), plans=(plan(available_count=1, in_use_count=1),)))
    assert isinstance(decision, Resize)
    assert (decision.variant, decision.instance_count) == ("main", 2)


def test_a_count_beyond_the_reservation_is_refused_before_any_call() -> None:
    three = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 3})
    decision = decide(snapshot(deployment=three, endpoint=endpoint(), plans=(plan(available_count=1, in_use_count=1),)))
    assert isinstance(decision, Refuse)
    assert decision.code == "OverReserved"
    assert decision.reason == "instances asked: 3; plan p5-for-eval reserves 2 (1 in use, 1 free)"


def test_a_count_with_no_room_for_the_difference_is_refused_and_asked_again_later() -> None:
    two = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2})
    seen = snapshot(deployment=two, endpoint=endpoint(), plans=(plan(available_count=0, in_use_count=2),))
    decision = decide(seen)
    assert isinstance(decision, Refuse)
    assert (decision.code, decision.next_at) == ("NoRoom", seen.now + 5 * MINUTE)


def test_fewer_instances_always_fit() -> None:
    seen = snapshot(endpoint=endpoint(count=2), plans=(plan(available_count=0, in_use_count=2),))
    decision = decide(seen)
    assert isinstance(decision, Resize)
    assert decision.instance_count == 1


def test_what_is_asked_by_hand_counts_like_the_manifest() -> None:
    seen = snapshot(endpoint=endpoint())
    decision = decide(seen, Intent(kind="rotate", model="by-hand"))
    assert isinstance(decision, Rotate)
    assert decision.config.model == "by-hand"


def test_what_was_asked_by_hand_lasts() -> None:
    asked = registration({"override": Override(model="by-hand")})
    decision = decide(snapshot(deployment=asked, endpoint=endpoint(asked)))
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"


def test_a_hand_made_config_is_replaced_unless_the_manifest_says_otherwise() -> None:
    changed = endpoint(config_name="made-by-hand")
    assert isinstance(decide(snapshot(endpoint=changed)), Rotate)
    accepting = registration(on_drift="accept")
    decision = decide(snapshot(deployment=accepting, endpoint=changed))
    assert isinstance(decision, Hold)
    assert decision.code == "Drift"


def test_a_mix_after_a_failed_rollback_is_updated_to_the_wanted_config() -> None:
    decision = decide(snapshot(endpoint=endpoint(status="UpdateRollbackFailed")))
    assert isinstance(decision, Rotate)


# --- leaving --------------------------------------------------------------------------------------------------------


def test_leaves_for_on_demand_when_the_way_off_has_to_begin() -> None:
    begins = END - 150 * MINUTE
    before = decide(snapshot(now=begins - MINUTE, endpoint=endpoint()))
    assert isinstance(before, Hold)
    decision = decide(snapshot(now=begins, endpoint=endpoint()))
    assert isinstance(decision, HandOver)
    assert (decision.rung, decision.config.instance_type if decision.config else None) == ("on_demand", P5)
    assert decision.config
    assert decision.config.plan_arn is None
    assert decision.finish_by == END - HOUR
    assert decision.give_up_at == END - 70 * MINUTE


def test_moves_with_an_end_that_moved() -> None:
    earlier = plan(blocks=(block(START, START + 3 * HOUR),))
    assert isinstance(decide(snapshot(endpoint=endpoint(), plans=(earlier,))), HandOver)


def test_deletes_when_that_is_all_the_ladder_has() -> None:
    only = registration(end_of_window={"ladder": ["delete"]})
    seen = snapshot(now=END - 70 * MINUTE, deployment=only, endpoint=endpoint(only))
    decision = decide(seen)
    assert isinstance(decision, HandOver)
    assert (decision.rung, decision.action, decision.config) == ("delete", "delete", None)


def test_a_late_hand_over_still_takes_its_first_rung() -> None:
    decision = decide(snapshot(now=END + HOUR, endpoint=endpoint(), plans=(plan(status="Expired"),)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"


def test_a_rung_that_cannot_be_done_in_time_is_passed_over_for_one_that_can() -> None:
    decision = decide(snapshot(now=END - 68 * MINUTE, endpoint=endpoint()))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"
    assert "on_demand: can't be done by" in decision.reason


def test_a_type_that_failed_in_this_run_is_not_tried_again() -> None:
    first = decide(snapshot(now=END - 2 * HOUR, endpoint=endpoint()), Intent(kind="hand_over"))
    failed = _outcome(first, "failed")
    second = decide(snapshot(now=END - 2 * HOUR, endpoint=endpoint()), Intent(kind="hand_over", tried=(failed,)))
    assert isinstance(second, HandOver)
    assert second.config
    assert second.config.instance_type == P4D
    tried = (failed, _outcome(second, "failed"))
    third = decide(snapshot(now=END - 2 * HOUR, endpoint=endpoint()), Intent(kind="hand_over", tried=tried))
    assert isinstance(third, HandOver)
    assert third.rung == "delete"
    assert "on_demand: no capacity for any of its instance types" in third.reason


def test_a_ladder_without_a_rung_left_is_told() -> None:
    only = registration(end_of_window={"ladder": ["on_demand"], "on_demand": {**ON_DEMAND, "instance_types": [P5]}})
    first = decide(snapshot(now=END - 2 * HOUR, deployment=only, endpoint=endpoint(only)), Intent(kind="hand_over"))
    intent = Intent(kind="hand_over", tried=(_outcome(first, "failed"),))
    decision = decide(snapshot(now=END - 2 * HOUR, deployment=only, endpoint=endpoint(only)), intent)
    assert isinstance(decision, Refuse)
    assert decision.code == "LadderExhausted"


def test_goes_to_the_next_plan_if_it_is_already_active() -> None:
    both = registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5})
    second = plan(name="p5-second", arn=PLAN_ARN + "-second", blocks=(block(START, END + 100 * HOUR),))
    decision = decide(snapshot(now=END - 2 * HOUR, deployment=both, endpoint=endpoint(both), plans=(plan(), second)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "next_plan"
    assert decision.config
    assert decision.config.plan_arn == second.arn


@pytest.mark.parametrize(
    ("max_hours", "max_usd", "leaves_after_hours"),
    [(24, "2400.00", 24), (24, "550.40", 10), (6, "2400.00", 6)],
)
def test_on_demand_ends_at_whichever_cap_comes_first(max_hours: int, max_usd: str, leaves_after_hours: int) -> None:
    allowed = {**ON_DEMAND, "max_hours": max_hours, "max_usd": max_usd}
    capped = registration(end_of_window={"on_demand": allowed})
    away = endpoint(capped, plan_arn=None)
    closed = (plan(status="Expired"),)
    end = END + leaves_after_hours * HOUR
    on = {"deployment": capped, "endpoint": away, "plans": closed, "on_demand": (stay(END),)}
    holding = decide(snapshot(now=END + HOUR, **on))
    assert isinstance(holding, Hold)
    assert holding.next_at == end - 6 * MINUTE
    decision = decide(snapshot(now=end - 6 * MINUTE, **on))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"


def test_stays_before_count_against_the_cap() -> None:
    away = endpoint(plan_arn=None)
    stays = (stay(START, START + 20 * HOUR), stay(END))
    decision = decide(snapshot(now=END + 4 * HOUR, endpoint=away, plans=(plan(status="Expired"),), on_demand=stays))
    assert isinstance(decision, HandOver)


def test_by_hand_the_ladder_is_climbed_at_once() -> None:
    decision = decide(snapshot(endpoint=endpoint()), Intent(kind="hand_over", ladder=("delete",)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"


# --- what forbids acting --------------------------------------------------------------------------------------------


def test_never_touches_an_endpoint_that_is_not_ours() -> None:
    for intent in (reconcile(), Intent(kind="deploy"), Intent(kind="rotate", model="x"), Intent(kind="hand_over")):
        decision = decide(snapshot(now=END - HOUR, endpoint=endpoint(tags={})), intent)
        assert isinstance(decision, Hold)
        assert decision.code == "WaitingForAdoption"


def test_holds_while_another_run_is_at_it_and_not_after_its_lease_has_run_out() -> None:
    running = lease("other", START + 70 * MINUTE)
    decision = decide(snapshot(lease=running))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("Busy", running.expires_at)
    assert isinstance(decide(snapshot(now=START + 70 * MINUTE, lease=running)), Deploy)
    assert isinstance(decide(snapshot(lease=lease("me", START + 70 * MINUTE))), Deploy)


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_holds_while_sagemaker_is_changing_the_endpoint(status: str) -> None:
    decision = decide(snapshot(endpoint=endpoint(status=status)))
    assert isinstance(decision, Hold)
    assert decision.code == "InTransition"


def test_keeps_its_hands_off_until_told_but_leaves_a_closing_window() -> None:
    held = registration(hold_until=END + HOUR)
    waiting = decide(snapshot(deployment=held))
    assert isinstance(waiting, Hold)
    assert (waiting.code, waiting.next_at) == ("HoldUntil", END + HOUR)
    leaving = decide(snapshot(now=END - HOUR, deployment=held, endpoint=endpoint(held)))
    assert isinstance(leaving, HandOver)


def test_observing_only_says_what_it_would_do() -> None:
    decision = decide(snapshot(policy=Policy(stack="berth", observe_only=True)))
    assert isinstance(decision, Hold)
    assert decision.code == "ObserveOnly"
    assert "would deploy" in decision.reason


def test_rests_longer_after_each_failure_of_the_same_thing() -> None:
    wanted = registration(model="my-model-v2")
    seen = snapshot(deployment=wanted, endpoint=endpoint())
    target = decide(seen).config.name
    once = attempt(target=target, done=False, code="RolledBack", ended_at=seen.now - MINUTE)
    resting = decide(seen.model_copy(update={"attempts": (once,)}))
    assert isinstance(resting, Hold)
    assert (resting.code, resting.next_at) == ("BackingOff", seen.now + 4 * MINUTE)
    thrice = decide(seen.model_copy(update={"attempts": (once, once, once)}))
    assert isinstance(thrice, Hold)
    assert thrice.code == "GaveUp"
    fixed = registration({"registered_at": seen.now}, model="my-model-v2")
    again = decide(seen.model_copy(update={"attempts": (once, once, once), "deployment": fixed}))
    assert isinstance(again, Rotate)


def test_a_run_that_goes_in_circles_stops() -> None:
    decision = decide(snapshot(), reconcile(rounds=5))
    assert isinstance(decision, Hold)
    assert decision.code == "Circling"


# --- the manifest was taken away ------------------------------------------------------------------------------------


def test_a_removed_deployment_keeps_its_endpoint_unless_told_to_delete_it() -> None:
    kept = registration({"removed_at": START})
    decision = decide(snapshot(deployment=kept, endpoint=endpoint()))
    assert isinstance(decision, Hold)
    assert decision.code == "Removed"
    deleted = registration({"removed_at": START}, on_remove="delete")
    going = decide(snapshot(deployment=deleted, endpoint=endpoint()))
    assert isinstance(going, HandOver)
    assert going.rung == "delete"
    gone = decide(snapshot(deployment=deleted))
    assert isinstance(gone, Hold)
    assert gone.code == "Removed"


def test_a_manifest_with_components_is_refused_in_words() -> None:
    component = {"name": "c", "model": "m", "copies": 1, "min_copies": 0, "max_copies": 1, "accelerators": 1}
    parts = registration(model=None, components=[{**component, "memory_mb": 1024}])
    decision = decide(snapshot(deployment=parts))
    assert isinstance(decision, Refuse)
    assert decision.code == "NotSupported"


def _outcome(decision: Any, kind: str) -> Any:
    from berth_core.decide.forbidding import target_of
    from berth_core.outcomes import Outcome

    return Outcome.model_validate(
        {
            "kind": kind,
            "code": "NoCapacity",
            "reason": "no capacity",
            "decision_id": decision.id,
            "asked": "hand_over",
            "rung": decision.rung,
            "target": target_of(decision),
            "started_at": decision.started_at,
            "ended_at": decision.started_at + 5 * MINUTE,
            "took_seconds": 300,
        }
    )
