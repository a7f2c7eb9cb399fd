"""A model that rotation has given up for: its turn is over, and the next one's begins."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.evaluating import standings
from berth_core.decisions import Deploy, Hold, Rotate
from berth_core.facts import Turn
from tests.builders import START, attempt, decide, endpoint, registration, snapshot

HOUR = timedelta(hours=1)
EVALUATE = [{"model": "ft-a", "hours": 4}, {"model": "ft-b", "hours": 2}, {"model": "ft-c", "hours": 3}]
HAD = (Turn(model="ft-a", started_at=START),)


def serving(model: str, **over: Any) -> Any:
    return endpoint(registration(model=model), **over)


def rotated(model: str = "ft-b", at: float = 5, **over: Any) -> Any:
    config = serving(model).config
    given = {"done": False, "code": "TimedOut", "target": config.name, "config": config}
    return attempt(**{**given, "started_at": START + at * HOUR, "ended_at": START + (at + 0.1) * HOUR, **over})


def times(number: int, **over: Any) -> tuple[Any, ...]:
    return tuple(rotated(at=5 + each, **over) for each in reversed(range(number)))


def seen(*attempts: Any, over: dict[str, Any] | None = None, **manifest_over: Any) -> Any:
    """ft-a has had its turn, and still runs twenty hours after the window opened."""
    given = {"endpoint": serving("ft-a"), "turns": HAD, "attempts": attempts, **(over or {})}
    deployment = registration(evaluate=EVALUATE, **manifest_over)
    return snapshot(now=START + 20 * HOUR, **{"deployment": deployment, **given})


CAME_UP = rotated("ft-c", 9, done=True, code="")


@pytest.mark.parametrize(
    ("attempts", "code"),
    [
        (times(2), ""),
        (times(3), "TimedOut"),
        (times(3, code="NoCapacity"), "NoCapacity"),
        (times(3, code="RunDied"), ""),
        (times(3, kind="resize"), ""),
        ((rotated(code="RolledBackByAlarm"),), "RolledBackByAlarm"),
        ((rotated(at=6), rotated(code="RolledBackByAlarm")), "RolledBackByAlarm"),
        ((rotated(rung="recreate", code="EndpointFailed"),), "EndpointFailed"),
        ((rotated(rung="recreate", code="Unfinished"),), "Unfinished"),
        ((rotated(rung="hop"), *times(2, target="on another type", rung="hop")), ""),
        ((CAME_UP, *times(3)), "TimedOut"),
        ((rotated(at=9, done=True, code=""), *times(3)), ""),
        ((rotated(at=-48), *times(2)), ""),
        ((attempt(kind="tidy"), attempt(done=False, code="TimedOut"), *times(3)), "TimedOut"),
    ],
    ids=[
        "tried again",
        "failed three times",
        "three times without instances",
        "runs that died prove nothing",
        "another size is another matter",
        "judged by an alarm",
        "judged by an alarm, and tried once more by hand",
        "tried with a gap",
        "a gap of which nobody told the end",
        "no way fails often",
        "another one's success takes nothing back",
        "its own success does",
        "under an earlier manifest",
        "between others",
    ],
)
def test_a_model_is_passed_over_once_rotation_has_given_it_up(attempts: tuple[Any, ...], code: str) -> None:
    looked = seen(*attempts)
    assert standings(looked)[1].failed == code
    decision = decide(looked)
    assert isinstance(decision, Rotate)
    assert decision.config.model == ("ft-c" if code else "ft-b")
    assert (f"ft-b doesn't start ({code}) and is passed over" in decision.reason) is bool(code)


@pytest.mark.parametrize("code", ["RolledBackByAlarm", "SmokeTestFailed"])
def test_what_comes_up_and_is_no_good_is_passed_over_also_when_its_attempt_is_forgotten(code: str) -> None:
    judged = Turn(model="ft-b", started_at=START + 5 * HOUR, ended_at=START + 5 * HOUR, code=code)
    assert standings(seen(over={"turns": (*HAD, judged)}))[1].failed == code


def test_what_runs_is_not_given_up() -> None:
    assert standings(seen(*times(3), over={"endpoint": serving("ft-b")}))[1].failed == ""
    for there in (None, serving("ft-b", status="Failed"), serving("ft-b", config=None)):
        assert standings(seen(*times(3), over={"endpoint": there}))[1].failed == "TimedOut"


def test_what_was_deleted_to_be_made_anew_is_made() -> None:
    begun = rotated(rung="recreate", code="Unfinished", replaced="ft-a")
    decision = decide(seen(begun, over={"endpoint": None}))
    assert isinstance(decision, Deploy)
    assert decision.config.model == "ft-b"


def test_what_failed_with_a_gap_is_not_waited_for_once_something_serves_again() -> None:
    failed = rotated(rung="recreate", code="EndpointFailed", replaced="ft-a")
    back = rotated("ft-a", 6, kind="deploy", done=True, code="")
    decision = decide(seen(back, failed))
    assert isinstance(decision, Rotate)
    assert decision.config.model == "ft-c"


def test_a_new_version_of_the_manifest_starts_afresh() -> None:
    turns = tuple(
        Turn(model="ft-b", started_at=START + at * HOUR, ended_at=START + at * HOUR, code="RolledBack") for at in (5, 6)
    )
    assert standings(seen(over={"turns": (*HAD, *turns)}))[1].failed == "RolledBack"
    mended = registration({"registered_at": START + 10 * HOUR}, evaluate=EVALUATE)
    assert standings(seen(over={"turns": (*HAD, *turns), "deployment": mended}))[1].failed == ""


def test_whatever_is_held_the_end_of_a_turn_is_not_slept_through() -> None:
    turns = (Turn(model="ft-a", started_at=START + 18 * HOUR),)
    decision = decide(seen(over={"turns": turns}, hold_until=START + 40 * HOUR))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("HoldUntil", START + 22 * HOUR)
