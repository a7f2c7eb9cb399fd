"""How a new config gets onto the instances, as a table of what is free."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.decide.rollout import DoesNotFit, Fits, choose_rollout
from berth_core.manifest import Rollout


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
        ("all_at_once", (), 4, 3, None),
        ("all_at_once", (), 4, None, "all_at_once"),
        ("hop", (), 1, 1, None),
    ],
)
def test_takes_the_first_way_that_fits(
    strategy: Any, alarms: tuple[str, ...], fleet: int, free: int | None, chosen: str | None
) -> None:
    answer = choose_rollout(Rollout(strategy=strategy, alarms=alarms), fleet=fleet, free=free)
    assert (answer.strategy if isinstance(answer, Fits) else None) == chosen
    if isinstance(answer, DoesNotFit):
        assert strategy in answer.reason or strategy == "auto"


def test_says_why_not_the_ones_before_it() -> None:
    answer = choose_rollout(Rollout(), fleet=2, free=1)
    assert answer.reason == (
        "all_at_once needs a whole second fleet, 2 free of the reservation, and 1 are free; rolling (1 free, 1 needed)"
    )


def test_alarms_are_passed_on_and_without_them_nothing_bakes() -> None:
    watched = choose_rollout(Rollout(alarms=("5xx",), bake_minutes=5), fleet=1, free=1)
    assert isinstance(watched, Fits)
    assert watched.deployment_config == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 300},
            "MaximumExecutionTimeoutInSeconds": 28800,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "5xx"}]},
    }
    unwatched = choose_rollout(Rollout(bake_minutes=5), fleet=1, free=1)
    assert isinstance(unwatched, Fits)
    assert unwatched.deployment_config is None


@given(st.sampled_from(["canary", "linear", "rolling"]), st.integers(2, 256))
def test_every_step_is_within_the_limits_of_aws(strategy: Any, fleet: int) -> None:
    answer = choose_rollout(Rollout(strategy=strategy), fleet=fleet, free=fleet)
    assert isinstance(answer, Fits)
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
