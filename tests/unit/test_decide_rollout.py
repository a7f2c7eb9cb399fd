"""How a new config gets onto the instances, as a table of what is free."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.decide.guardrails import (
    SECONDS,
    SHARES,
    Steps,
    batches,
    beyond_limits,
    blue_green,
    canary,
    linear,
    rolling,
)
from berth_core.decide.rollout import DoesNotFit, Fits, Room, choose_rollout
from berth_core.manifest import Rollout

NO_WAY_OUT = {"no_hop": "needs end_of_window.on_demand", "no_recreate": "has no time"}


def choose(rules: Rollout, fleet: int, free: int | None, **over: Any) -> Fits | DoesNotFit:
    room = {"fleet": fleet, "running": fleet, "free": free, **NO_WAY_OUT, **over}
    return choose_rollout(rules, Room.model_validate(room))


@pytest.mark.parametrize(
    ("strategy", "alarms", "fleet", "free", "chosen"),
    [
        ("auto", (), 1, 1, "all_at_once"),
        ("auto", (), 2, 2, "all_at_once"),
        ("auto", (), 2, 1, "rolling"),
        ("auto", ("a",), 4, 4, "canary"),
        ("auto", ("a",), 4, 1, "rolling"),
        ("auto", ("a",), 1, 1, "all_at_once"),
        ("auto", (), 1, 0, None),
        ("auto", (), 2, 0, None),
        ("canary", (), 1, 9, None),
        ("linear", (), 2, 2, "linear"),
        ("rolling", (), 30, 2, "rolling"),
        ("rolling", (), 30, 1, None),
        ("rolling", (), 1, 9, None),
        ("all_at_once", (), 4, 3, None),
        ("all_at_once", (), 4, None, "all_at_once"),
        ("hop", (), 1, 1, None),
        ("hop", (), 1, None, "all_at_once"),
        ("recreate", (), 1, None, "all_at_once"),
        ("recreate", (), 1, 0, None),
    ],
)
def test_takes_the_first_way_that_fits(
    strategy: Any, alarms: tuple[str, ...], fleet: int, free: int | None, chosen: str | None
) -> None:
    rules = Rollout(strategy=strategy, alarms=alarms, allow_downtime=True)
    answer = choose(rules, fleet, free)
    assert (answer.strategy if isinstance(answer, Fits) else None) == chosen
    if isinstance(answer, DoesNotFit):
        assert strategy in answer.reason or strategy == "auto"


def test_on_demand_has_no_full_reservation_to_make_room_on() -> None:
    answer = choose(Rollout(), 1, None, seconds=60)
    assert isinstance(answer, DoesNotFit)
    assert "hop" not in answer.reason
    assert "recreate" not in answer.reason


def test_says_why_not_the_ones_before_it() -> None:
    answer = choose(Rollout(), 2, 1)
    assert answer.reason == (
        "all_at_once needs a whole second fleet, 2 free of the reservation, and 1 is free; rolling (1 free, 1 needed)"
    )


def test_what_makes_room_comes_last_and_downtime_only_with_a_word_for_it() -> None:
    out = choose(Rollout(allow_downtime=True), 1, 0, no_hop="")
    assert isinstance(out, Fits)
    assert out.strategy == "hop"
    gap = choose(Rollout(allow_downtime=True), 1, 0, no_recreate="")
    assert isinstance(gap, Fits)
    assert gap.strategy == "recreate"
    assert "hop needs end_of_window.on_demand" in gap.reason
    none = choose(Rollout(), 1, 0, no_recreate="")
    assert isinstance(none, DoesNotFit)
    assert "recreate takes the endpoint down, and rollout.allow_downtime isn't true" in none.reason


def test_another_size_is_tried_before_anything_that_makes_room() -> None:
    rooms = [Room(fleet=count, running=1, free=1) for count in (2, 1)]
    answer = choose_rollout(Rollout(), *rooms)
    assert isinstance(answer, Fits)
    assert (answer.strategy, answer.fleet) == ("all_at_once", 1)


def test_a_rolling_update_keeps_the_size_of_the_fleet() -> None:
    answer = choose(Rollout(strategy="rolling"), 4, 4, running=2)
    assert answer.reason == "rolling keeps the fleet's size, and 4 are asked where 2 run"


def test_alarms_are_passed_on_and_without_them_nothing_bakes() -> None:
    watched = choose(Rollout(alarms=("5xx",), bake_minutes=5), 1, 1)
    assert isinstance(watched, Fits)
    assert watched.deployment_config == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 300},
            "MaximumExecutionTimeoutInSeconds": 28800,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "5xx"}]},
    }
    assert watched.longest_seconds == 28800
    unwatched = choose(Rollout(bake_minutes=5), 1, 1)
    assert isinstance(unwatched, Fits)
    assert unwatched.deployment_config is None


def test_a_hop_is_watched_by_the_alarms_too() -> None:
    out = choose(Rollout(alarms=("5xx",)), 1, 0, no_hop="")
    assert isinstance(out, Fits)
    assert out.strategy == "hop"
    assert "AutoRollbackConfiguration" in (out.deployment_config or {})


def test_a_rolling_update_goes_back_in_batches_too() -> None:
    answer = choose(Rollout(strategy="rolling"), 4, 1)
    assert isinstance(answer, Fits)
    policy = (answer.deployment_config or {})["RollingUpdatePolicy"]
    assert policy["RollbackMaximumBatchSize"] == policy["MaximumBatchSize"]


def test_a_rolling_update_takes_larger_batches_if_small_ones_take_too_long() -> None:
    slow = Rollout(strategy="rolling", alarms=("a",), bake_minutes=60)
    answer = choose(slow, 40, 40)
    assert isinstance(answer, Fits)
    batch = (answer.deployment_config or {})["RollingUpdatePolicy"]["MaximumBatchSize"]["Value"]
    steps = -(-40 // batch)
    assert steps * (60 + 20) <= 480
    assert batch == 7
    refused = choose(slow, 40, 2)
    assert refused.reason == (
        "rolling has no time: 20 steps would take 1600 minutes, and AWS allows 480: lower rollout.bake_minutes"
    )


@pytest.mark.parametrize("strategy", ["all_at_once", "canary", "linear", "rolling"])
def test_no_rollout_begins_that_would_run_into_the_way_off(strategy: Any) -> None:
    answer = choose(Rollout(strategy=strategy), 2, 2, seconds=600.0)
    assert isinstance(answer, DoesNotFit)
    assert "and the way off the window begins in 10" in answer.reason


def test_aws_ends_a_rollout_by_itself_before_the_way_off_begins() -> None:
    answer = choose(Rollout(strategy="canary"), 2, 2, seconds=7200.0)
    assert isinstance(answer, Fits)
    assert answer.longest_seconds == 7200


@given(
    st.sampled_from(["canary", "linear", "rolling"]),
    st.integers(2, 256),
    st.integers(0, 60),
    st.integers(0, 90),
    st.one_of(st.none(), st.floats(0, 40_000)),
)
def test_every_config_is_within_the_limits_of_aws(
    strategy: Any, fleet: int, bake: int, launch: int, seconds: float | None
) -> None:
    rules = Rollout(strategy=strategy, bake_minutes=bake, alarms=("a",))
    answer = choose(rules, fleet, fleet, launch=timedelta(minutes=launch), seconds=seconds)
    if isinstance(answer, DoesNotFit):
        return
    config = answer.deployment_config or {}
    if strategy == "rolling":
        share = config["RollingUpdatePolicy"]["MaximumBatchSize"]["Value"] / fleet
        assert 0.05 <= share <= 0.5
        return
    routing = config["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    key = "CanarySize" if strategy == "canary" else "LinearStepSize"
    share = routing[key]["Value"] / fleet
    assert share <= 0.5
    assert strategy == "canary" or share >= 0.1


@pytest.mark.parametrize(("fleet", "instances"), [(2, 1), (19, 1), (20, 2), (109, 10), (110, 11)])
def test_a_canary_is_a_tenth_of_the_fleet_and_waits_once(fleet: int, instances: int) -> None:
    assert canary(fleet, 60) == Steps(instances=instances, count=2, waits_seconds=60)


@pytest.mark.parametrize(
    ("fleet", "instances", "count"), [(2, 1, 2), (4, 1, 4), (5, 1, 5), (8, 2, 4), (9, 2, 5), (20, 5, 4)]
)
def test_linear_steps_are_a_quarter_and_nothing_waits_after_the_last(fleet: int, instances: int, count: int) -> None:
    assert linear(fleet, 60) == Steps(instances=instances, count=count, waits_seconds=60 * (count - 1))


@pytest.mark.parametrize(
    ("fleet", "sizes"),
    [(1, []), (2, [1]), (4, [1, 2]), (20, [*range(1, 11)]), (21, [*range(2, 11)]), (101, [*range(6, 51)])],
)
def test_batches_are_a_twentieth_to_a_half_and_each_waits(fleet: int, sizes: list[int]) -> None:
    found = list(batches(fleet, 60))
    assert [each.instances for each in found] == sizes
    assert all(each.count * each.instances >= fleet > (each.count - 1) * each.instances for each in found)
    assert all(each.waits_seconds == 60 * each.count for each in found)


def test_a_rolling_update_is_written_as_aws_reads_it() -> None:
    size = {"Type": "INSTANCE_COUNT", "Value": 2}
    assert rolling(Steps(instances=2, count=5, waits_seconds=300), 60, 7200) == {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": size,
            "RollbackMaximumBatchSize": size,
            "WaitIntervalInSeconds": 60,
            "MaximumExecutionTimeoutInSeconds": 7200,
        }
    }


@pytest.mark.parametrize("kind", ["all_at_once", "canary", "linear"])
def test_blue_green_is_written_as_aws_reads_it(kind: str) -> None:
    step = {"canary": "CanarySize", "linear": "LinearStepSize"}.get(kind)
    routing = {"Type": kind.upper(), "WaitIntervalInSeconds": 60}
    if step:
        routing[step] = {"Type": "INSTANCE_COUNT", "Value": 2}
    assert blue_green(kind, Steps(instances=2, count=2, waits_seconds=60), 60, 7200) == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "MaximumExecutionTimeoutInSeconds": 7200,
        }
    }


def test_a_share_at_its_limit_is_within_it() -> None:
    for value in (5, 50):
        batch = {"Type": "INSTANCE_COUNT", "Value": value}
        assert beyond_limits(policy(MaximumBatchSize=batch), 100, 0) is None


def policy(**over: Any) -> dict[str, Any]:
    fields = {
        "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1},
        "WaitIntervalInSeconds": 0,
        "MaximumExecutionTimeoutInSeconds": 600,
        **over,
    }
    return {"RollingUpdatePolicy": fields}


def test_what_keeps_all_limits_is_fine() -> None:
    assert beyond_limits(policy(), 2, 0) is None


@pytest.mark.parametrize("name", sorted(SECONDS))
@pytest.mark.parametrize("edge", [0, 1])
def test_each_time_beyond_its_limit_is_named(name: str, edge: int) -> None:
    value = SECONDS[name][edge] + (-1, 1)[edge]
    assert str(beyond_limits(policy(**{name: value}), 2, 0)).startswith(f"{name} is {value}: AWS allows")


@pytest.mark.parametrize(
    ("name", "value"), [("MaximumBatchSize", 0), ("LinearStepSize", 0), *((n, 51) for n in SHARES)]
)
def test_each_share_beyond_its_limit_is_named(name: str, value: int) -> None:
    size = {"Type": "INSTANCE_COUNT", "Value": value}
    ten = {"Type": "INSTANCE_COUNT", "Value": 10}
    config = policy(**{"MaximumBatchSize": ten, name: size})
    assert str(beyond_limits(config, 100, 0)).startswith(f"{name} is {value} of 100 instances")


def test_waits_that_alone_take_all_the_time_are_named() -> None:
    assert str(beyond_limits(policy(), 2, 600)).startswith("its waits alone take 600 s, and it may take 600 s")
