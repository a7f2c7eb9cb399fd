"""A change of an endpoint that runs: what the decision says of where, by when, and with which numbers."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.intent import Intent
from berth_core.decide.making_room import has_failed_anew, hop_over, recreate_in_place
from berth_core.decide.rollout import Room, choose_rollout
from berth_core.decide.rungs import failed_since, types_tried
from berth_core.decide.standing_on import block_left, block_under, has_left
from berth_core.decide.tidying import tidy
from berth_core.decisions import ConfigSpec, HandOver, Refuse, Resize, Rotate, Tidy
from berth_core.facts import Left, Override
from berth_core.manifest import Rollout
from berth_core.naming import config_spec, decision_id
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
    outcome_of,
    plan,
    registration,
    snapshot,
    stay,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = START + HOUR
NEW = registration(model="my-model-v2")
TWO = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2})
FULL = plan(total_count=1, available_count=0, in_use_count=1)
USED_UP = "and with both fleets on-demand is used up in"


# --- another size ---------------------------------------------------------------------------------------------------


def test_a_resize_says_of_which_variant_and_config_on_which_plan_and_until_when() -> None:
    seen = snapshot(deployment=TWO, endpoint=endpoint(), plans=(plan(available_count=1, in_use_count=1),))
    wanted = config_spec(TWO, instance_type=P5, count=2, plan_arn=PLAN_ARN)
    assert decide(seen) == Resize(
        id=decision_id(seen, "resize", wanted.name),
        reason="from 1 to 2, in place",
        started_at=NOW,
        settled_by=NOW + 2 * HOUR,
        variant="main",
        instance_count=2,
        config_name=endpoint().config_name,
        plan="p5-for-eval",
    )


def test_off_the_reservation_a_resize_is_on_no_plan() -> None:
    away = endpoint(TWO, plan_arn=None, count=1)
    allowed = registration(
        reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2},
        end_of_window={"on_demand": {**ON_DEMAND, "instance_count": 2}, "return_to_reserved": False},
    )
    seen = snapshot(deployment=allowed, endpoint=away, on_demand=(stay(START),))
    decision = decide(seen, Intent(kind="rotate"))
    assert isinstance(decision, Resize)
    assert (decision.plan, decision.instance_count) == (None, 2)


def test_on_demand_keeps_the_size_that_runs_unless_the_manifest_says_one() -> None:
    stays = registration(model="my-model-v2", end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    seen = snapshot(deployment=stays, endpoint=endpoint(plan_arn=None, count=3), on_demand=(stay(START, count=3),))
    decision = decide(seen)
    assert isinstance(decision, Rotate)
    assert decision.config.instance_count == 3


# --- another model --------------------------------------------------------------------------------------------------


def test_a_rotation_that_fits_no_way_is_looked_at_again_and_told_with_the_plans_numbers() -> None:
    deployed = registration(model="my-model-v2", end_of_window={"ladder": ["delete"]})
    decision = decide(snapshot(deployment=deployed, endpoint=endpoint(), plans=(FULL,)))
    assert isinstance(decision, Refuse)
    assert decision.next_at == NOW + 5 * MINUTE
    assert decision.reason.endswith("(instances asked: 1; plan p5-for-eval reserves 1 (1 in use, 0 free))")


def test_an_endpoint_whose_config_is_gone_is_told_by_its_configs_name() -> None:
    decision = decide(snapshot(deployment=NEW, endpoint=endpoint(config=None)))
    assert isinstance(decision, Rotate)
    assert decision.reason.startswith(f"{endpoint().config_name} runs, my-model-v2 is wanted")
    assert decision.replaced is None


def test_only_a_gap_replaces_what_ran() -> None:
    assert decide(snapshot(deployment=NEW, endpoint=endpoint())).replaced is None


def test_a_gap_that_failed_once_is_not_tried_again_but_another_way_is() -> None:
    failed = attempt(rung="recreate", target=endpoint(NEW).config_name, done=False, code="EndpointFailed")
    assert isinstance(decide(snapshot(deployment=NEW, endpoint=endpoint(), attempts=(failed,))), Rotate)


def test_a_rotation_begins_only_if_it_is_over_before_the_way_off_begins() -> None:
    """The way off begins 150 minutes before the end, and a rotation may take 20 minutes."""
    for minutes, kind in ((170, "rotate"), (169, "refuse")):
        decision = decide(snapshot(now=END - minutes * MINUTE, deployment=NEW, endpoint=endpoint()))
        assert decision.kind == kind, minutes


def test_a_size_asked_by_hand_is_reached_from_the_size_that_runs() -> None:
    """A rolling update keeps the size of the fleet: of two that run."""
    rolling = registration(
        model="my-model-v2",
        rollout={"strategy": "rolling"},
        reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2},
    )
    there = endpoint(TWO, count=2)
    seen = snapshot(deployment=rolling, endpoint=there, plans=(plan(total_count=3, available_count=1, in_use_count=2),))
    decision = decide(seen)
    assert isinstance(decision, Rotate)
    assert decision.strategy == "rolling"
    assert decision.config.instance_count == 2


def test_a_config_that_was_adopted_counts_like_ours_and_a_strangers_does_not() -> None:
    live = endpoint(config_name="by-hand")
    adopted = Override(model="my-model", instance_count=2, config_name="by-hand")
    for override, kind in ((adopted, "resize"), (adopted.model_copy(update={"config_name": "other"}), "rotate")):
        deployed = registration({"override": override})
        seen = snapshot(deployment=deployed, endpoint=live, plans=(plan(total_count=4, available_count=3),))
        assert decide(seen, Intent(kind="rotate")).kind == kind


# --- rollouts -------------------------------------------------------------------------------------------------------


def choose(rules: Rollout, **room: Any) -> Any:
    given = {"fleet": 2, "running": 2, "free": 0, "no_hop": "x", "no_recreate": "y", **room}
    return choose_rollout(rules, Room.model_validate(given))


@pytest.mark.parametrize(
    ("rules", "room", "reason"),
    [
        (Rollout(strategy="rolling"), {}, "rolling needs one batch, 1 free of the reservation, and 0 are free"),
        (Rollout(strategy="rolling"), {"fleet": 42, "running": 42, "free": 2},
         "rolling needs one batch, 3 free of the reservation, and 2 are free"),
        (Rollout(strategy="all_at_once"), {"free": 1, "fleet": 2},
         "all_at_once needs a whole second fleet, 2 free of the reservation, and 1 is free"),
        (Rollout(strategy="all_at_once"), {"free": None, "seconds": 60},
         f"all_at_once has no time: 1 step would take 20 minutes, {USED_UP} 1: raise its caps"),
        (Rollout(strategy="all_at_once"), {"free": None, "seconds": -60},
         f"all_at_once has no time: 1 step would take 20 minutes, {USED_UP} 0: raise its caps"),
        (Rollout(strategy="linear", alarms=("a",), bake_minutes=60), {"free": None, "fleet": 4, "seconds": 11_940},
         f"linear has no time: 4 steps would take 200 minutes, {USED_UP} 199: raise its caps"),
    ],
    ids=["no batch", "a larger batch", "no second fleet", "no time", "too late", "steps"],
)  # fmt: skip
def test_a_way_that_does_not_fit_says_so_with_the_numbers(rules: Rollout, room: dict[str, Any], reason: str) -> None:
    assert choose(rules, **room).reason == reason


def test_on_demand_is_told_as_such_and_a_reservation_with_its_numbers() -> None:
    assert choose(Rollout(), free=None).reason == "all_at_once (on-demand)"
    assert choose(Rollout(), free=3).reason == "all_at_once (3 free, 2 needed)"
    canary = choose(Rollout(strategy="canary", alarms=("a",)), free=2)
    assert canary.reason == "canary (2 free, 2 needed)"


def test_a_hop_is_told_as_one() -> None:
    assert (
        choose(Rollout(strategy="hop"), no_hop="").reason == "hop (out to on-demand, and home again when that serves)"
    )


def test_without_alarms_no_batch_waits() -> None:
    plain = choose(Rollout(strategy="rolling", bake_minutes=5), free=2)
    watched = choose(Rollout(strategy="rolling", bake_minutes=5, alarms=("a",)), free=2)
    waits = [each.deployment_config["RollingUpdatePolicy"]["WaitIntervalInSeconds"] for each in (plain, watched)]
    assert waits == [0, 300]


def test_a_canary_of_two_is_one_and_one_instance_is_no_canary() -> None:
    watched = Rollout(alarms=("a",))
    assert choose(watched, fleet=2, running=2, free=2).strategy == "canary"
    assert choose(watched, fleet=1, running=1, free=1).strategy == "all_at_once"


# --- making room ----------------------------------------------------------------------------------------------------


def test_a_hop_needs_hours_for_the_way_out_the_way_home_and_the_end() -> None:
    """20 minutes out, 20 home, 5 for a deletion and one to spare: of 24 hours, 46 minutes have to be left."""
    rich = registration(model="my-model-v2", end_of_window={"on_demand": {**ON_DEMAND, "max_usd": "9000.00"}})
    for minutes, fits in ((46, True), (45, False)):
        used = stay(NOW - 24 * HOUR + minutes * MINUTE, NOW)
        found = hop_over(snapshot(deployment=rich, endpoint=endpoint(), on_demand=(used,)), FULL, None)
        assert isinstance(found, ConfigSpec) is fits, found


def test_only_a_hop_without_capacity_passes_a_type_over() -> None:
    first = config_spec(NEW, instance_type=P5, count=1, plan_arn=None)
    for over, passed in (
        ({"rung": "hop", "code": "NoCapacity"}, True),
        ({"rung": "hop", "code": "RolledBack"}, False),
        ({"rung": "recreate", "code": "NoCapacity"}, False),
    ):
        failed = attempt(target=first.name, done=False, **over)
        found = hop_over(snapshot(deployment=NEW, endpoint=endpoint(), attempts=(failed,)), FULL, None)
        assert isinstance(found, ConfigSpec)
        assert found.instance_type == (P4D if passed else P5)


def test_a_gap_fits_whose_end_is_the_beginning_of_the_way_off() -> None:
    seen = snapshot(deployment=NEW, endpoint=endpoint(), plans=(FULL,))
    assert recreate_in_place(seen, FULL, NOW + 25 * MINUTE) == ""
    assert "has no time: it takes 25 minutes" in recreate_in_place(seen, FULL, NOW + 24 * MINUTE)
    bare = seen.model_copy(update={"endpoint": None})
    assert recreate_in_place(bare, FULL, None) == "needs 1 of the reservation, and 0 free and 0 of its own are there"


def test_only_a_gap_that_failed_counts_as_one() -> None:
    spec = config_spec(NEW, instance_type=P5, count=1, plan_arn=PLAN_ARN)
    for over, counts in (
        ({"rung": "recreate", "done": False}, True),
        ({"rung": "recreate", "done": True}, False),
        ({"rung": "hop", "done": False}, False),
        ({"rung": "recreate", "done": False, "ended_at": NEW.registered_at - MINUTE}, False),
    ):
        seen = snapshot(deployment=NEW, attempts=(attempt(target=spec.name, **over),))
        assert (has_failed_anew(seen, spec) is not None) is counts


# --- rungs ----------------------------------------------------------------------------------------------------------


def test_how_many_types_were_tried_is_of_this_run() -> None:
    seen = snapshot(now=END - 2 * HOUR, endpoint=endpoint())
    first = decide(seen, Intent(kind="hand_over"))
    assert types_tried(seen, Intent(kind="hand_over")) == 0
    assert types_tried(seen, Intent(kind="hand_over", tried=(outcome_of(first, "failed"),))) == 1


def test_a_way_off_has_failed_since_the_last_change_that_succeeded() -> None:
    tries = [attempt(kind="hand_over", done=False, started_at=NOW - n * MINUTE, ended_at=NOW) for n in (1, 2)]
    old = attempt(kind="hand_over", done=False, started_at=NOW - HOUR)
    assert failed_since(snapshot(attempts=(*tries, attempt(), old))) == [NOW - MINUTE, NOW - 2 * MINUTE]
    before = attempt(kind="hand_over", done=False, ended_at=registration().registered_at - MINUTE)
    assert failed_since(snapshot(attempts=(*tries, before, old))) == [NOW - MINUTE, NOW - 2 * MINUTE]


def test_a_plan_that_is_no_place_hides_none_after_it() -> None:
    names = ["p5-for-eval", "p5-second", "p5-third"]
    deployed = registration(reservation={"plans": names, "instance_type": P5})
    third = plan(name="p5-third", arn=f"{PLAN_ARN}-third", blocks=(block(START, END + 100 * HOUR),))
    second = plan(name="p5-second", arn=f"{PLAN_ARN}-second", status="Expired")
    seen = snapshot(now=END - 2 * HOUR, deployment=deployed, endpoint=endpoint(deployed), plans=(plan(), second, third))
    decision = decide(seen)
    assert isinstance(decision, HandOver)
    assert (decision.rung, decision.config and decision.config.plan_arn) == ("next_plan", third.arn)


# --- what it stands on ----------------------------------------------------------------------------------------------


def test_after_a_block_it_stands_on_the_last_that_has_ended() -> None:
    first, last = block(START - 9 * HOUR, START - 8 * HOUR), block(START - 4 * HOUR, START)
    for blocks in ((first, last), (last, first)):
        seen = snapshot(now=START, endpoint=endpoint(), plans=(plan(blocks=blocks),))
        assert block_under(seen) == last
        assert block_left(seen) == Left(plan_arn=PLAN_ARN, ends_at=START)
    assert block_under(snapshot(endpoint=endpoint(), plans=(plan(blocks=()),))) is None
    assert block_left(snapshot(endpoint=endpoint(), plans=(plan(blocks=()),))) is None
    assert block_left(snapshot()) is None


def test_only_a_hand_over_that_succeeded_has_left_a_block() -> None:
    left = attempt(kind="hand_over", rung="delete", left=Left(plan_arn=PLAN_ARN, ends_at=END))
    assert has_left(snapshot(attempts=(left,)), plan())
    assert not has_left(snapshot(attempts=(left.model_copy(update={"done": False}),)), plan())
    assert not has_left(snapshot(attempts=(left,)), plan(blocks=()))


# --- clearing away --------------------------------------------------------------------------------------------------


def test_what_an_endpoint_left_that_somebody_deleted_is_cleared_away_once() -> None:
    seen = snapshot(attempts=(attempt(kind="deploy"),))
    found = tidy(seen)
    assert isinstance(found, Tidy)
    assert (found.id, found.started_at) == (decision_id(seen, "tidy", "configs"), NOW)
    assert tidy(snapshot(attempts=(attempt(kind="tidy"),))) is None
    assert tidy(snapshot(attempts=(attempt(kind="hand_over", target="delete"),))) is None
    assert tidy(snapshot()) is None
