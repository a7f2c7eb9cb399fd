"""Turns and stays on on-demand, as they are counted from what is seen."""

from datetime import timedelta
from typing import Any

from berth_core.decisions import Hold
from berth_core.facts import Turn
from berth_core.recording import Happened, Recording, record
from tests.builders import START, endpoint, registration, snapshot, stay

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
