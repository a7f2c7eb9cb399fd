"""Models that share a window: whose turn it is, what is passed over, and what is told beforehand."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.evaluating import falls_short, standings, turn_ends_at, turn_of
from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, Hold, Rotate
from berth_core.facts import Override, Turn
from tests.builders import START, block, endpoint, plan, reconcile, registration, snapshot
from tests.unit import component_facts

HOUR = timedelta(hours=1)
EVALUATE = [{"model": "ft-a", "hours": 4}, {"model": "ft-b", "hours": 2}, {"model": "ft-c", "hours": 3}]


def evaluating(over: dict[str, Any] | None = None, **manifest_over: Any) -> Any:
    return registration(over, **{"evaluate": EVALUATE, **manifest_over})


def serving(model: str) -> Any:
    return endpoint(registration(model=model))


def ran(model: str, hours: float, begun_after: float = 0) -> Turn:
    started_at = START + begun_after * HOUR
    return Turn(model=model, started_at=started_at, ended_at=started_at + hours * HOUR)


def failed(model: str, code: str = "RolledBack", after: float = 5) -> Turn:
    return ran(model, 0, after).model_copy(update={"code": code})


def decide(intent: Intent | None = None, now: float = 1, **over: Any) -> Any:
    given = {"deployment": evaluating(), **over}
    return decide_deployment(snapshot(now=START + now * HOUR, **given), intent or reconcile())


def test_the_first_turn_begins_with_the_window() -> None:
    decision = decide()
    assert isinstance(decision, Deploy)
    assert decision.config.model == "ft-a"
    assert "turn 1 of 3: ft-a for 4 hours" in decision.reason


def test_of_a_plan_that_is_not_there_yet_nobody_can_say_whether_it_has_time_for_all_turns() -> None:
    for plans in ((), (plan(status="Scheduled", blocks=()),)):
        decision = decide(plans=plans)
        assert isinstance(decision, Hold)
        assert "too short" not in decision.reason


def test_components_take_no_turns_and_nobody_says_so() -> None:
    served = component_facts.deployed(evaluate=[{"model": "ft-a", "hours": 4}])
    assert standings(component_facts.seen(deployment=served)) == ()


def test_a_turn_that_runs_is_left_alone_until_its_hours_are_over() -> None:
    running = (Turn(model="ft-a", started_at=START),)
    decision = decide(now=3, endpoint=serving("ft-a"), turns=running)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("AsWanted", START + 4 * HOUR)
    assert decision.reason.endswith("turn 1 of 3: ft-a for 4 hours")


def test_the_next_turn_begins_when_the_hours_are_over() -> None:
    decision = decide(now=4, endpoint=serving("ft-a"), turns=(Turn(model="ft-a", started_at=START),))
    assert isinstance(decision, Rotate)
    assert decision.config.model == "ft-b"
    assert decision.reason.startswith("turn 2 of 3: ft-b for 2 hours; ft-a runs, ft-b is wanted")


@pytest.mark.parametrize(
    ("turns", "model"),
    [
        ((ran("ft-a", 4), failed("ft-b")), "ft-b"),
        ((ran("ft-a", 4), failed("ft-b"), failed("ft-b", after=6)), "ft-c"),
        ((ran("ft-a", 4), failed("ft-b", "SmokeTestFailed")), "ft-c"),
        ((ran("ft-a", 4), ran("ft-b", 2, 4), ran("ft-c", 3, 6)), "my-model"),
        ((ran("ft-a", 3), ran("ft-a", 1, 8)), "ft-b"),
        ((ran("ft-a", 4, -48),), "ft-a"),
        ((ran("ft-a", 4, -48), ran("ft-a", 4)), "ft-b"),
    ],
)
def test_whose_turn_it_is_follows_from_what_has_run(turns: tuple[Turn, ...], model: str) -> None:
    decision = decide(now=12, turns=turns)
    assert isinstance(decision, Deploy)
    assert decision.config.model == model


def test_who_is_passed_over_and_the_end_are_told() -> None:
    turns = (ran("ft-a", 4), failed("ft-b"), failed("ft-b", after=6))
    decision = decide(now=12, turns=turns, endpoint=serving("ft-a"))
    assert decision.reason.startswith(
        "turn 3 of 3: ft-c for 3 hours; ft-b doesn't start (RolledBack) and is passed over;"
    )
    over = decide(now=12, turns=(*turns, ran("ft-c", 3, 7)), endpoint=serving("ft-c"))
    assert isinstance(over, Rotate)
    assert over.reason.startswith("all 3 turns of the evaluation are over: my-model again; ft-b doesn't start")


def test_a_model_that_stands_twice_has_both_its_turns() -> None:
    twice = evaluating(evaluate=[EVALUATE[0], EVALUATE[1], EVALUATE[0]])
    seen = snapshot(now=START + 20 * HOUR, deployment=twice, turns=(ran("ft-a", 5), ran("ft-b", 2, 6)))
    assert [each.left for each in standings(seen)] == [0 * HOUR, 0 * HOUR, 3 * HOUR]


def test_what_has_not_run_has_all_its_hours_before_it_also_if_it_stands_twice() -> None:
    twice = evaluating(evaluate=[EVALUATE[0], EVALUATE[1], EVALUATE[0]])
    assert [each.left for each in standings(snapshot(deployment=twice))] == [4 * HOUR, 2 * HOUR, 4 * HOUR]


def test_turns_count_also_while_no_plan_is_seen() -> None:
    seen = snapshot(deployment=evaluating(), turns=(ran("ft-a", 3),), plans=())
    assert [each.left for each in standings(seen)] == [1 * HOUR, 2 * HOUR, 3 * HOUR]


def test_a_model_asked_for_by_hand_goes_before_all_turns() -> None:
    asked = evaluating({"override": Override(model="by-hand")})
    decision = decide(now=2, deployment=asked, endpoint=serving("by-hand"))
    assert isinstance(decision, Hold)
    assert decision.reason.endswith("the evaluation rests while a model asked for by hand runs")
    rotated = decide(Intent(kind="rotate", model="by-hand"), now=2, endpoint=serving("ft-a"))
    assert isinstance(rotated, Rotate)
    assert rotated.config.model == "by-hand"


def test_no_turn_ends_while_another_model_runs() -> None:
    seen = snapshot(deployment=evaluating(), endpoint=serving("ft-b"), turns=(Turn(model="ft-b", started_at=START),))
    assert turn_ends_at(seen) is None


@pytest.mark.parametrize(("now", "model"), [(-1, "ft-a"), (3, "ft-a"), (4, "ft-b")])
def test_a_turn_that_began_before_the_window_counts_from_its_opening(now: float, model: str) -> None:
    turns = (Turn(model="ft-a", started_at=START - 20 * HOUR),)
    seen = snapshot(now=START + now * HOUR, deployment=evaluating(), endpoint=serving("ft-a"), turns=turns)
    turn = turn_of(seen)
    assert turn is not None
    assert turn.model == model


def test_a_turn_that_two_looks_wrote_down_counts_once() -> None:
    second = timedelta(seconds=1)
    turns = (Turn(model="ft-a", started_at=START), Turn(model="ft-a", started_at=START + second), ran("ft-b", 1, 3))
    seen = snapshot(now=START + 3 * HOUR, deployment=evaluating(), turns=(*turns, ran("ft-b", 0.5, 3.25)))
    assert [each.had for each in standings(seen)] == [3 * HOUR, 1 * HOUR, 0 * HOUR]


def short(**over: Any) -> Any:
    return plan(blocks=(block(START, START + 10 * HOUR),), **over)


def test_a_window_too_short_for_all_is_told_before_it_opens() -> None:
    # 10 hours, of which 70 minutes are for the way off; 9 hours of turns and 20 minutes for each change.
    leaving = evaluating(end_of_window={"ladder": ["delete"]})
    decision = decide(now=-1, deployment=leaving, plans=(short(status="Scheduled", available_count=0),))
    assert isinstance(decision, Hold)
    assert decision.code == "WaitingForPlan"
    assert "too short for all turns: ft-c gets 1.8 of 3 hours; put what matters first" in decision.reason


def test_a_window_long_enough_needs_no_word() -> None:
    decision = decide(now=-1, plans=(plan(status="Scheduled", available_count=0),))
    assert "too short" not in decision.reason


def test_what_a_window_has_no_time_for_is_told_of_the_turns_that_are_left() -> None:
    leaving = evaluating(end_of_window={"ladder": ["delete"]})
    decision = decide(now=4, deployment=leaving, plans=(short(),), turns=(ran("ft-a", 4),))
    assert "for all turns: ft-c gets 2.2 of 3 hours;" in decision.reason


def test_long_turns_are_told_in_hours() -> None:
    long = evaluating(evaluate=[{"model": "ft-a", "hours": 700}], end_of_window={"ladder": ["delete"]})
    decision = decide(now=0, deployment=long, plans=(short(),))
    assert "ft-a gets 8.5 of 700 hours" in decision.reason


def test_where_all_turns_have_time_or_no_end_is_known_nothing_is_said() -> None:
    seen = snapshot(deployment=evaluating())
    assert falls_short(seen, plan(), None, START) == ""
    assert falls_short(seen, plan(), START + 100 * HOUR, START) == ""


def test_an_open_window_too_short_for_all_is_told_with_the_deployment() -> None:
    decision = decide(now=1, plans=(short(),))
    assert isinstance(decision, Deploy)
    assert "ft-c gets 0 of 3 hours" in decision.reason
