"""What forbids acting, whatever there is to do; and the end of the management."""

from datetime import timedelta

import pytest

from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, HandOver, Hold, Rotate
from berth_core.facts import Policy
from tests.builders import (
    END,
    START,
    attempt,
    decide,
    endpoint,
    lease,
    reconcile,
    registration,
    snapshot,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


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
