"""Another model or another size: what fits, what is refused, and in which words."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.intent import Intent
from berth_core.decisions import Hold, Refuse, Resize, Rotate
from berth_core.facts import Override, RollbackAlarm, VariantSeen
from tests.builders import (
    END,
    ON_DEMAND,
    P5,
    PLAN_ARN,
    decide,
    endpoint,
    plan,
    registration,
    snapshot,
)
from tests.unit import component_facts

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


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
    wanted = registration(model="my-model-v2", end_of_window={"ladder": ["delete"]})
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


@pytest.mark.parametrize("over", [{"model": "my-model-v2"}, {"reservation": {
    "plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2}}])  # fmt: skip
def test_on_a_plan_that_nobody_sees_any_more_nothing_is_changed(over: dict[str, Any]) -> None:
    seen = snapshot(deployment=registration(**over), endpoint=endpoint(), plans=())
    decision = decide(seen)
    assert (decision.kind, decision.code, decision.next_at) == ("refuse", "NoRoom", seen.now + 5 * MINUTE)
    assert "isn't there any more" in decision.reason


def parted(count: int, live: int, **over: Any) -> Any:
    """An endpoint for components with room for `live` instances, where `count` are wanted, and one is free."""
    reservation = {"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": count}
    wanted = component_facts.deployed(reservation=reservation, end_of_window={"ladder": ["delete"]})
    there = endpoint(component_facts.deployed(**over), count=live)
    plans = (plan(total_count=4, available_count=1, in_use_count=3),)
    return component_facts.seen(deployment=wanted, endpoint=there, plans=plans)


def test_more_room_for_components_that_does_not_fit_is_refused_and_not_rotated_in_circles() -> None:
    decision = decide(parted(2, live=1))
    assert (decision.kind, decision.code) == ("refuse", "NoRoom")
    assert decision.reason.endswith("(instances asked: 2; plan p5-for-eval reserves 4 (3 in use, 1 free))")


def test_another_role_comes_at_the_present_size_where_the_wanted_one_does_not_fit() -> None:
    seen = parted(2, live=1, execution_role_arn="arn:aws:iam::111122223333:role/old")
    assert decide(seen).config.instance_count == 1
    none_runs = (VariantSeen(name="main", current_count=0, desired_count=0, plan_arn=PLAN_ARN),)
    parked = seen.model_copy(update={"endpoint": seen.endpoint.model_copy(update={"variants": none_runs})})
    assert decide(parked).config.instance_count == 1


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


@pytest.mark.parametrize(("over", "told"), [({}, ""), ({"endpoint": endpoint(status="Failed")}, ": it is Failed")])
def test_there_is_nothing_to_rotate_where_nothing_serves(over: dict[str, Any], told: str) -> None:
    decision = decide(snapshot(**over), Intent(kind="rotate", model="by-hand"))
    assert (decision.kind, decision.code) == ("hold", "NoEndpoint")
    assert decision.reason == f"there is no endpoint in service to rotate{told}"


def test_on_demand_of_a_type_that_nobody_can_tell_any_more_is_left_as_it_is() -> None:
    stays = registration(model="my-model-v2", end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    unknown = endpoint(plan_arn=None, config=None)
    assert decide(snapshot(deployment=stays, endpoint=unknown)).code == "AsWanted"


def test_what_was_asked_by_hand_lasts() -> None:
    asked = registration({"override": Override(model="by-hand")})
    decision = decide(snapshot(deployment=asked, endpoint=endpoint(asked)))
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"


def test_a_hand_made_config_is_replaced_unless_the_manifest_says_otherwise() -> None:
    changed = endpoint(config_name="made-by-hand")
    assert isinstance(decide(snapshot(endpoint=changed)), Rotate)
    holding = registration(on_drift="hold")
    decision = decide(snapshot(deployment=holding, endpoint=changed))
    assert isinstance(decision, Hold)
    assert decision.code == "Drift"


def test_a_mix_after_a_failed_rollback_is_updated_to_the_wanted_config() -> None:
    decision = decide(snapshot(endpoint=endpoint(status="UpdateRollbackFailed")))
    assert isinstance(decision, Rotate)


ALARMED = registration(model="my-model-v2", rollout={"alarms": ["5xx", "slow"]})


@pytest.mark.parametrize(
    ("states", "code", "text"),
    [
        ({"5xx": "OK", "slow": "INSUFFICIENT_DATA"}, None, ""),
        ({"5xx": "OK"}, "AlarmMissing", "names slow, and there is no such alarm"),
        ({"5xx": "ALARM", "slow": "OK"}, "AlarmFiring", "alarm 5xx of rollout.alarms is firing"),
    ],
)
def test_alarms_that_would_stop_a_rollout_refuse_it(states: dict[str, str], code: str | None, text: str) -> None:
    alarms = tuple(RollbackAlarm(name=name, state=state) for name, state in states.items())
    seen = snapshot(deployment=ALARMED, endpoint=endpoint(), rollback_alarms=alarms)
    decision = decide(seen)
    assert getattr(decision, "code", None) == code
    assert text in decision.reason
    if code is not None:
        assert (decision.kind, decision.next_at) == ("refuse", seen.now + 5 * MINUTE)


def test_out_of_a_mix_no_alarm_stops_the_way() -> None:
    firing = (RollbackAlarm(name="5xx", state="ALARM"), RollbackAlarm(name="slow", state="OK"))
    mixed = endpoint(status="UpdateRollbackFailed")
    decision = decide(snapshot(deployment=ALARMED, endpoint=mixed, rollback_alarms=firing))
    assert isinstance(decision, Rotate)
    assert decision.rollout is None


def test_how_long_is_waited_follows_from_what_the_rollout_may_take() -> None:
    ok = tuple(RollbackAlarm(name=name, state="OK") for name in ("5xx", "slow"))
    seen = snapshot(deployment=ALARMED, endpoint=endpoint(), rollback_alarms=ok)
    assert decide(seen).settled_by == seen.now + 10 * HOUR
    plain = snapshot(deployment=registration(model="my-model-v2"), endpoint=endpoint())
    assert decide(plain).settled_by == plain.now + 2 * HOUR
