"""Off a closing window, and off an on-demand bill."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.intent import Intent
from berth_core.decisions import HandOver, Hold, Refuse
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
from tests.unit import component_facts

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_leaves_for_on_demand_when_the_way_off_has_to_begin() -> None:
    begins = END - 150 * MINUTE
    before = decide(snapshot(now=begins - MINUTE, endpoint=endpoint()))
    assert isinstance(before, Hold)
    decision = decide(snapshot(now=begins, endpoint=endpoint()))
    assert isinstance(decision, HandOver)
    assert (decision.rung, decision.config.instance_type if decision.config else None) == ("on_demand", P5)
    assert decision.config
    assert decision.config.plan_arn is None
    assert decision.finish_by == END - HOUR
    assert decision.give_up_at == END - 70 * MINUTE


def test_moves_with_an_end_that_moved() -> None:
    earlier = plan(blocks=(block(START, START + 3 * HOUR),))
    assert isinstance(decide(snapshot(endpoint=endpoint(), plans=(earlier,))), HandOver)


def test_deletes_when_that_is_all_the_ladder_has() -> None:
    only = registration(end_of_window={"ladder": ["delete"]})
    seen = snapshot(now=END - 70 * MINUTE, deployment=only, endpoint=endpoint(only))
    decision = decide(seen)
    assert isinstance(decision, HandOver)
    assert (decision.rung, decision.action, decision.config) == ("delete", "delete", None)


def test_a_late_hand_over_still_takes_its_first_rung() -> None:
    decision = decide(snapshot(now=END + HOUR, endpoint=endpoint(), plans=(plan(status="Expired"),)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"


def test_a_rung_that_cannot_be_done_in_time_is_passed_over_for_one_that_can() -> None:
    began = attempt(kind="hand_over", done=False, started_at=END - 150 * MINUTE, ended_at=END - 145 * MINUTE)
    decision = decide(snapshot(now=END - 68 * MINUTE, endpoint=endpoint(), attempts=(began,)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"
    assert "on_demand: can't be done by" in decision.reason


def test_a_type_that_failed_in_this_run_is_not_tried_again() -> None:
    first = decide(snapshot(now=END - 2 * HOUR, endpoint=endpoint()), Intent(kind="hand_over"))
    failed = outcome_of(first, "failed")
    second = decide(snapshot(now=END - 2 * HOUR, endpoint=endpoint()), Intent(kind="hand_over", tried=(failed,)))
    assert isinstance(second, HandOver)
    assert second.config
    assert second.config.instance_type == P4D
    tried = (failed, outcome_of(second, "failed"))
    by_hand = Intent(kind="hand_over", tried=tried, ladder=("on_demand", "delete"))
    third = decide(snapshot(now=END - 2 * HOUR, endpoint=endpoint()), by_hand)
    assert isinstance(third, HandOver)
    assert third.rung == "delete"
    assert "on_demand: no capacity for any of its instance types" in third.reason


def test_deleting_waits_for_its_own_time_so_that_what_comes_before_it_is_tried_again() -> None:
    seen = snapshot(now=END - 2 * HOUR, endpoint=endpoint())
    first = decide(seen, Intent(kind="hand_over"))
    second = decide(seen, Intent(kind="hand_over", tried=(outcome_of(first, "failed"),)))
    tried = (outcome_of(first, "failed"), outcome_of(second, "failed"))
    waiting = decide(seen, Intent(kind="hand_over", tried=tried))
    assert isinstance(waiting, Hold)
    assert (waiting.code, waiting.next_at) == ("WaitingToDelete", seen.now + 5 * MINUTE)
    assert isinstance(decide(seen, Intent(kind="hand_over", tried=tried, ladder=("on_demand", "delete"))), HandOver)


def test_a_ladder_without_a_rung_left_is_told() -> None:
    only = registration(end_of_window={"ladder": ["on_demand"], "on_demand": {**ON_DEMAND, "instance_types": [P5]}})
    first = decide(snapshot(now=END - 2 * HOUR, deployment=only, endpoint=endpoint(only)), Intent(kind="hand_over"))
    intent = Intent(kind="hand_over", tried=(outcome_of(first, "failed"),))
    decision = decide(snapshot(now=END - 2 * HOUR, deployment=only, endpoint=endpoint(only)), intent)
    assert isinstance(decision, Refuse)
    assert decision.code == "LadderExhausted"


def test_goes_to_the_next_plan_if_it_is_already_active() -> None:
    both = registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5})
    second = plan(name="p5-second", arn=PLAN_ARN + "-second", blocks=(block(START, END + 100 * HOUR),))
    decision = decide(snapshot(now=END - 2 * HOUR, deployment=both, endpoint=endpoint(both), plans=(plan(), second)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "next_plan"
    assert decision.config
    assert decision.config.plan_arn == second.arn


@pytest.mark.parametrize(
    ("max_hours", "max_usd", "leaves_after_hours"),
    [(24, "2400.00", 24), (24, "550.40", 10), (6, "2400.00", 6)],
)
def test_on_demand_ends_at_whichever_cap_comes_first_and_is_told_of_before(
    max_hours: int, max_usd: str, leaves_after_hours: int
) -> None:
    allowed = {**ON_DEMAND, "max_hours": max_hours, "max_usd": max_usd}
    capped = registration(end_of_window={"on_demand": allowed})
    away = endpoint(capped, plan_arn=None)
    closed = (plan(status="Expired"),)
    end = END + leaves_after_hours * HOUR
    on = {"deployment": capped, "endpoint": away, "plans": closed, "on_demand": (stay(END),)}
    warned = END + 0.8 * leaves_after_hours * HOUR
    assert decide(snapshot(now=END + HOUR, **on)).next_at == warned
    holding = decide(snapshot(now=warned, **on))
    assert isinstance(holding, Hold)
    assert holding.next_at == end - 21 * MINUTE
    told = decide(snapshot(now=end - 21 * MINUTE, **on))
    assert isinstance(told, Hold)
    assert told.next_at == end - 11 * MINUTE
    decision = decide(snapshot(now=end - 11 * MINUTE, **on))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"


def test_stays_before_count_against_the_cap() -> None:
    away = endpoint(plan_arn=None)
    stays = (stay(START, START + 20 * HOUR), stay(END))
    decision = decide(snapshot(now=END + 4 * HOUR, endpoint=away, plans=(plan(status="Expired"),), on_demand=stays))
    assert isinstance(decision, HandOver)


def test_a_run_that_has_handed_over_is_done() -> None:
    seen = snapshot(now=END - 2 * HOUR, endpoint=endpoint())
    done = outcome_of(decide(seen, Intent(kind="hand_over")), "done")
    decision = decide(seen, Intent(kind="hand_over", tried=(done,)))
    assert (decision.kind, decision.code) == ("hold", "HandedOver")
    assert decide(snapshot(), Intent(kind="hand_over")).code == "Gone"


def test_what_reconcile_has_begun_ends_where_there_is_nothing_to_leave() -> None:
    begun = Intent(kind="hand_over", by_hand=False)
    nowhere = decide(snapshot(endpoint=endpoint(), plans=()), begun)
    assert (nowhere.code, nowhere.next_at) == ("NotClosing", None)
    in_time = snapshot(now=END - 150 * MINUTE, endpoint=endpoint())
    assert isinstance(decide(in_time, begun), HandOver)


def test_a_deletion_that_failed_is_not_tried_again_in_the_same_run() -> None:
    seen = snapshot(now=END - 2 * HOUR, endpoint=endpoint())
    first = decide(seen, Intent(kind="hand_over", ladder=("delete",)))
    tried = (outcome_of(first, "failed"),)
    decision = decide(seen, Intent(kind="hand_over", ladder=("delete",), tried=tried))
    assert (decision.code, decision.reason.endswith("; delete: the deletion failed")) == ("LadderExhausted", True)


def test_a_plan_that_failed_in_this_run_is_not_tried_again() -> None:
    both = registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5})
    second = plan(name="p5-second", arn=PLAN_ARN + "-second", blocks=(block(START, END + 100 * HOUR),))
    seen = snapshot(now=END - 2 * HOUR, deployment=both, endpoint=endpoint(both), plans=(plan(), second))
    first = decide(seen, Intent(kind="hand_over"))
    then = decide(seen, Intent(kind="hand_over", tried=(outcome_of(first, "failed"),)))
    assert (first.rung, then.rung) == ("next_plan", "on_demand")
    assert "with room for 1 (plan p5-second was tried)" in then.reason


def test_a_rung_by_hand_that_the_manifest_does_not_allow_is_told() -> None:
    none = registration(end_of_window={"ladder": ["delete"]})
    decision = decide(
        snapshot(deployment=none, endpoint=endpoint(none)), Intent(kind="hand_over", ladder=("on_demand",))
    )
    assert (decision.kind, decision.code) == ("refuse", "LadderExhausted")
    assert decision.reason.endswith("; on_demand: not configured")


@pytest.mark.parametrize("rung", ["extend", "next_plan", "scale_to_zero"])
def test_so_is_one_that_there_is_nothing_for(rung: Any) -> None:
    decision = decide(snapshot(endpoint=endpoint()), Intent(kind="hand_over", ladder=(rung,)))
    assert (decision.kind, decision.code) == ("refuse", "LadderExhausted")
    assert f"; {rung}: " in decision.reason


@pytest.mark.parametrize(("allowed", "instance_type"), [({**ON_DEMAND, "instance_types": [P4D]}, P4D), (None, P5)])
def test_parking_is_without_the_reservation_and_on_what_may_be_paid_for_if_anything(
    allowed: Any, instance_type: str
) -> None:
    end = {"ladder": ["scale_to_zero", "delete"], **({"on_demand": allowed} if allowed else {})}
    parted = component_facts.deployed(end_of_window=end)
    seen = component_facts.seen(deployment=parted, now=END - 2 * HOUR)
    first = decide(seen, Intent(kind="hand_over"))
    assert (first.rung, first.config.instance_type, first.config.plan_arn) == ("scale_to_zero", instance_type, None)
    failed = (outcome_of(first, "failed"),)
    then = decide(seen, Intent(kind="hand_over", tried=failed, ladder=("scale_to_zero", "delete")))
    assert then.rung == "delete"
    assert "scale_to_zero: parking failed" in then.reason


def test_by_hand_the_ladder_is_climbed_at_once() -> None:
    decision = decide(snapshot(endpoint=endpoint()), Intent(kind="hand_over", ladder=("delete",)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"
