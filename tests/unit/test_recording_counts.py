"""Turns and stays on on-demand, as they are counted from what is seen."""

from datetime import timedelta
from typing import Any

from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decisions import Hold, Rotate
from berth_core.facts import Turn
from berth_core.outcomes import Trouble
from berth_core.recording import Happened, Recording, record
from tests.builders import START, attempt, decide, endpoint, registration, snapshot, stay

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


def done(after: Any, decision: Any) -> Any:
    return decide_outcome(after, decision, SmokeTested(), Trouble())
