"""The ladder between blocks, after a late start, and what is left behind for good."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, HandOver, Hold
from berth_core.facts import Left
from tests.builders import (
    END,
    ON_DEMAND,
    P4D,
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

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATER = block(END + 24 * HOUR, END + 48 * HOUR)
TWO_BLOCKS = plan(blocks=(block(), LATER))


def gap(rung: str) -> Any:
    return registration(end_of_window={"on_demand": ON_DEMAND, "between_blocks": rung})


# --- between two blocks ---------------------------------------------------------------------------------------------


def test_deleting_between_blocks_begins_when_deleting_has_to_and_not_when_the_whole_ladder_would() -> None:
    seen: dict[str, Any] = {"deployment": gap("delete"), "endpoint": endpoint(), "plans": (TWO_BLOCKS,)}
    assert decide(snapshot(now=END - 71 * MINUTE, **seen)).next_at == END - 70 * MINUTE
    decision = decide(snapshot(now=END - 70 * MINUTE, **seen))
    assert (decision.kind, decision.rung) == ("hand_over", "delete")


def test_on_demand_between_blocks_falls_back_on_the_rest_of_the_ladder() -> None:
    seen = snapshot(now=END - 2 * HOUR, deployment=gap("on_demand"), endpoint=endpoint(), plans=(TWO_BLOCKS,))
    first = decide(seen, Intent(kind="hand_over"))
    assert first.rung == "on_demand"
    second = decide(seen, Intent(kind="hand_over", tried=(outcome_of(first, "failed"),)))
    tried = (outcome_of(first, "failed"), outcome_of(second, "failed"))
    third = decide(seen, Intent(kind="hand_over", tried=tried))
    assert third.code == "WaitingToDelete"


def test_after_the_gap_it_comes_home() -> None:
    now = LATER.starts_at + MINUTE
    left = attempt(kind="hand_over", rung="on_demand", left=Left(plan_arn=PLAN_ARN, ends_at=END), ended_at=END - HOUR)
    seen: dict[str, Any] = {"deployment": gap("on_demand"), "endpoint": endpoint(plan_arn=None), "attempts": (left,)}
    decision = decide(snapshot(now=now, plans=(TWO_BLOCKS,), on_demand=(stay(END + 5 * HOUR),), **seen))
    assert isinstance(decision, Deploy)


# --- what was left stays left ---------------------------------------------------------------------------------------


def left_by_hand(ends_at: Any = END) -> Any:
    done = attempt(kind="hand_over", rung="on_demand", left=Left(plan_arn=PLAN_ARN, ends_at=ends_at))
    return {"endpoint": endpoint(plan_arn=None), "on_demand": (stay(START),), "attempts": (done,)}


def test_a_hand_over_by_hand_is_not_undone_by_the_next_look() -> None:
    decision = decide(snapshot(**left_by_hand()))
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"


def test_a_deletion_by_hand_is_not_undone_either() -> None:
    done = attempt(kind="hand_over", rung="delete", left=Left(plan_arn=PLAN_ARN, ends_at=END), target="delete")
    decision = decide(snapshot(attempts=(done,)))
    assert "start endpoint_deploy by hand to bring it back" in decision.reason


def test_by_hand_it_comes_back() -> None:
    assert isinstance(decide(snapshot(**left_by_hand()), Intent(kind="deploy")), Deploy)


@pytest.mark.parametrize(
    "over",
    [
        {"plans": (plan(blocks=(block(START, END + 24 * HOUR),)),)},
        {"deployment": registration({"registered_at": START + 30 * MINUTE})},
        {"attempts": (attempt(kind="deploy"), *left_by_hand()["attempts"])},
    ],
    ids=["the block was extended since", "the manifest has a new version", "it was brought back since"],
)
def test_a_block_that_was_left_may_be_returned_to_if(over: dict[str, Any]) -> None:
    assert isinstance(decide(snapshot(**{**left_by_hand(), **over})), Deploy)


def test_quicker_measurements_do_not_take_it_back_onto_a_window_that_it_has_left() -> None:
    quick = tuple(attempt(kind="hand_over", rung="on_demand", ended_at=START + MINUTE) for _ in range(5))
    left: dict[str, Any] = left_by_hand()
    left |= {"attempts": (*left["attempts"], *quick), "on_demand": (stay(END - 3 * HOUR),)}
    seen = snapshot(now=END - 100 * MINUTE, **left)
    assert isinstance(decide(seen), Hold)


# --- started late, or not any more ----------------------------------------------------------------------------------


def test_a_way_off_that_begins_late_serves_on_and_uses_the_margin_for_it() -> None:
    decision = decide(snapshot(now=END - 68 * MINUTE, endpoint=endpoint()))
    assert (decision.rung, decision.give_up_at) == ("on_demand", END - 70 * MINUTE)


def test_one_that_began_in_time_keeps_the_margin_free() -> None:
    failed = attempt(
        kind="hand_over", rung="on_demand", done=False, started_at=END - 150 * MINUTE, ended_at=END - 130 * MINUTE
    )
    decision = decide(
        snapshot(now=END - 68 * MINUTE, endpoint=endpoint(), attempts=(failed,)), Intent(kind="hand_over")
    )
    assert decision.rung == "delete"
    assert "on_demand: can't be done by 10:30 UTC" in decision.reason


def test_only_tries_of_the_way_off_say_when_it_began() -> None:
    rotation = attempt(kind="rotate", done=False, started_at=END - 150 * MINUTE, ended_at=END - 130 * MINUTE)
    decision = decide(
        snapshot(now=END - 68 * MINUTE, endpoint=endpoint(), attempts=(rotation,)), Intent(kind="hand_over")
    )
    assert decision.rung == "on_demand"


def test_types_that_were_tried_take_no_more_time() -> None:
    seen = snapshot(now=END - 2 * HOUR, endpoint=endpoint())
    first = decide(seen, Intent(kind="hand_over"))
    second = decide(seen, Intent(kind="hand_over", tried=(outcome_of(first, "failed"),)))
    assert second.config.instance_type == P4D
    assert second.give_up_at == first.give_up_at == END - 70 * MINUTE


def test_a_window_that_is_extended_in_the_middle_of_a_hand_over_is_not_left() -> None:
    longer = plan(blocks=(block(START, END + 24 * HOUR),))
    seen = snapshot(now=END - 2 * HOUR, endpoint=endpoint(), plans=(longer,))
    decision = decide(seen, Intent(kind="hand_over", by_hand=False))
    assert (decision.code, decision.next_at) == ("NotClosing", END + 24 * HOUR - 150 * MINUTE)
    assert isinstance(decide(seen, Intent(kind="hand_over")), HandOver)


def test_a_plan_that_vanishes_is_nothing_to_leave() -> None:
    decision = decide(snapshot(endpoint=endpoint(), plans=()))
    assert isinstance(decision, Hold)
    assert "which isn't there any more" in decision.reason


def test_no_home_without_room_is_looked_at_again() -> None:
    full = plan(available_count=0, in_use_count=2)
    away: dict[str, Any] = {"endpoint": endpoint(plan_arn=None), "on_demand": (stay(START + 50 * MINUTE),)}
    decision = decide(snapshot(plans=(full,), **away))
    assert (decision.code, decision.next_at) == ("AsWanted", START + 75 * MINUTE)
    stays = registration(end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    assert decide(snapshot(deployment=stays, plans=(full,), **away)).next_at > START + 2 * HOUR
