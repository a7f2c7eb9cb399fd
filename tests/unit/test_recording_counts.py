"""Turns and stays on on-demand, as they are counted from what is seen."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decisions import Hold, Rotate
from berth_core.facts import Turn
from berth_core.naming import config_spec
from berth_core.outcomes import Outcome, Trouble
from berth_core.recording import Happened, Recording, record
from tests.builders import P5, PLAN_ARN, START, attempt, decide, endpoint, registration, snapshot, stay

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
EVALUATE = [{"model": "ft-a", "hours": 4}, {"model": "ft-b", "hours": 4}]
HOLD = Hold(code="AsWanted", reason="")


def looked(seen: Any, **over: Any) -> Recording:
    given = {"deployment": "llama-eval", "machine": "deployment_reconcile", "decision": HOLD, **over}
    return record(Happened(now=seen.now, seen=seen, **given))


def seen_serving(model: str, now: float = 2, **over: Any) -> Any:
    serving = endpoint(registration(model=model), changed_at=START + HOUR)
    return snapshot(now=START + now * HOUR, **{"deployment": evaluating(), "endpoint": serving, **over})


def evaluating(**over: Any) -> Any:
    return registration(over, evaluate=EVALUATE)


def later(seen: Any) -> Any:
    """A second look at the same, before the first has written anything down."""
    return seen.model_copy(update={"now": seen.now + SECOND})


def test_two_looks_at_once_begin_one_turn() -> None:
    seen = seen_serving("ft-b", turns=(Turn(model="ft-a", started_at=START),))
    begun = looked(seen).turn_begun
    assert begun == Turn(model="ft-b", started_at=START + HOUR)
    assert looked(later(seen)).turn_begun == begun


def test_a_turn_begins_no_earlier_than_its_manifest_came() -> None:
    seen = seen_serving("ft-a", deployment=evaluating(registered_at=START + 1.5 * HOUR))
    assert looked(seen).turn_begun == Turn(model="ft-a", started_at=START + 1.5 * HOUR)


def test_two_looks_at_once_begin_one_stay_and_no_earlier_than_the_last_one_ended() -> None:
    away = endpoint(plan_arn=None, changed_at=START)
    for before, started_at in (((), START), ((stay(START, START + HOUR),), START + HOUR)):
        seen = snapshot(now=START + 2 * HOUR, plans=(), endpoint=away, on_demand=before)
        begun = looked(seen).stay_begun
        assert begun == stay(started_at)
        assert looked(later(seen)).stay_begun == begun


def theirs(**over: Any) -> Any:
    """Made by somebody else, on on-demand, long before its owner tagged it."""
    return endpoint(**{"plan_arn": None, "config_name": "before-berth", "changed_at": START, **over})


def handed_over(now: float = 48, **over: Any) -> Any:
    return snapshot(now=START + now * HOUR, **{"plans": (), "endpoint": theirs(), **over})


def test_what_was_handed_over_costs_from_the_look_that_finds_it_ours() -> None:
    deleted = attempt(kind="hand_over", rung="delete", target="delete")
    last_hold = ("WaitingForAdoption", "endpoint llama-eval exists and isn't ours")
    not_ours_before = looked(handed_over(attempts=(attempt(),)), last_hold=last_hold)
    for recording in (looked(handed_over()), looked(handed_over(attempts=(deleted, attempt()))), not_ours_before):
        assert recording.stay_begun == stay(START + 48 * HOUR)


def test_what_was_handed_over_with_half_of_the_tags_costs_nothing_yet() -> None:
    assert looked(handed_over(endpoint=theirs(tags={"berth:stack": "berth"}))).stay_begun is None


def test_what_was_handed_over_and_changed_at_once_costs_from_the_decision_to_change_it() -> None:
    before = handed_over(deployment=registration(on_drift="restore"))
    decision = decide(before)
    assert isinstance(decision, Rotate)
    after = before.model_copy(
        update={
            "now": before.now + 0.1 * HOUR,
            "endpoint": endpoint(plan_arn=None, changed_at=before.now + 0.09 * HOUR),
        }
    )
    assert looked(after, decision=decision, outcome=done(after, decision)).stay_begun == stay(before.now)


def test_what_somebody_else_moved_while_it_was_ours_costs_from_the_move_on() -> None:
    moved = handed_over(now=2, attempts=(attempt(kind="tidy"), attempt(kind="deploy")))
    assert looked(moved).stay_begun == stay(START)
    waits = ("WaitingForAdoption", "inference component aya exists and isn't ours")
    assert looked(moved, last_hold=waits).stay_begun == stay(START)


def test_a_turn_of_what_was_handed_over_begins_with_the_look_that_finds_it_ours() -> None:
    serving = endpoint(registration(model="ft-a"), config_name="before-berth")
    begun = looked(seen_serving("ft-a", now=48, endpoint=serving)).turn_begun
    assert begun == Turn(model="ft-a", started_at=START + 48 * HOUR)


SERVED = Turn(model="ft-a", started_at=START)
"""Since the window opened."""


def failed(asked: str, code: str = "RolledBack", **over: Any) -> Any:
    """What it says of ft-a's start, which began an hour after the window did."""
    return Outcome.model_validate(
        {
            **{"kind": "failed", "code": code, "reason": code, "decision_id": "x", "asked": asked, "target": "x"},
            **{"started_at": START + HOUR, "ended_at": START + 2 * HOUR, "took_seconds": 3600},
            "config": config_spec(registration(model="ft-a"), instance_type=P5, count=1, plan_arn=None),
            **over,
        }
    )


@pytest.mark.parametrize(
    ("outcome", "over"),
    [
        (failed("hand_over", rung="on_demand"), {}),
        (failed("deploy"), {"turns": (SERVED,)}),
        (failed("rotate", "SmokeTestFailed"), {"turns": (SERVED.model_copy(update={"ended_at": START + HOUR}),)}),
        (failed("rotate", kind="done"), {}),
    ],
    ids=["a way off that can't be gone", "it serves", "it has served", "it came late"],
)
def test_of_what_serves_nobody_says_that_it_does_not_start(outcome: Any, over: dict[str, Any]) -> None:
    assert looked(seen_serving("ft-a", **over), outcome=outcome).turn_failed is None


@pytest.mark.parametrize(
    "over",
    [
        {"turns": ()},
        {"turns": (SERVED.model_copy(update={"model": "ft-b"}),)},
        {"turns": (SERVED.model_copy(update={"started_at": START + 1.5 * HOUR}),)},
        {"turns": (SERVED.model_copy(update={"code": "RolledBack"}),)},
        {"turns": (SERVED.model_copy(update={"started_at": START - 48 * HOUR, "ended_at": START - 24 * HOUR}),)},
        {"turns": (SERVED,), "endpoint": None},
        {"turns": (SERVED,), "endpoint": endpoint(registration(model="ft-a"), status="Failed")},
    ],
    ids=[
        "first try",
        "another served",
        "seen in service by another look, before the test was over",
        "it failed before",
        "it served in another window",
        "nothing serves",
        "nothing but what failed is there",
    ],
)
def test_what_has_not_served_before_or_leaves_nothing_that_serves_is_a_failed_start(over: dict[str, Any]) -> None:
    begun = looked(seen_serving("ft-a", **over), outcome=failed("rotate", "SmokeTestFailed")).turn_failed
    at = START + 2 * HOUR
    assert begun == Turn(model="ft-a", started_at=at, ended_at=at, code="SmokeTestFailed")


def done(after: Any, decision: Any) -> Any:
    return decide_outcome(after, decision, SmokeTested(), Trouble())


@pytest.mark.parametrize(
    ("over", "beside"),
    [
        ({}, True),
        ({"kind": "done", "code": ""}, True),
        ({"code": "NoCapacity"}, False),
        ({"rung": "hop"}, False),
        ({"rung": "recreate"}, False),
        ({"asked": "hand_over", "rung": "on_demand"}, False),
        ({"asked": "deploy"}, False),
        ({"config": config_spec(registration(), instance_type=P5, count=2, plan_arn=PLAN_ARN)}, False),
        ({"config": None}, False),
    ],
    ids=[
        "it went back",
        "it came to stay",
        "it never came",
        "a stay of its own",
        "nothing ran beside it",
        "a way off",
        "onto a plan",
        "on a plan",
        "unknown",
    ],
)
@pytest.mark.parametrize("sees", [True, False], ids=["seen", "unseen"])
def test_what_a_rollout_on_on_demand_ran_beside_the_fleet_that_serves_is_kept(
    over: dict[str, Any], beside: bool, sees: bool
) -> None:
    two = config_spec(registration(), instance_type=P5, count=2, plan_arn=None)
    now = START + 2 * HOUR
    seen = snapshot(now=now, endpoint=endpoint(plan_arn=None)) if sees else None
    outcome = failed(**{"asked": "rotate", "config": two, **over})
    ended = Happened(deployment="llama-eval", machine="endpoint_rotate", now=now, outcome=outcome, seen=seen)
    fleet = stay(START + HOUR, now, count=2).model_copy(update={"beside": True})
    assert record(ended).fleet_beside == (fleet if beside else None)


def test_a_second_fleet_says_nothing_of_when_a_stay_began() -> None:
    fleet = stay(START, START + 1.5 * HOUR).model_copy(update={"beside": True})
    moved = handed_over(now=2, attempts=(attempt(kind="tidy"), attempt(kind="deploy")), on_demand=(fleet,))
    assert looked(moved).stay_begun == stay(START)
