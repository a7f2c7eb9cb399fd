"""What nobody planned for: endpoints in an odd state, ladders and caps at their limits."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.decide.budget import spent
from berth_core.decisions import Deploy, HandOver, Hold, Refuse, Rotate
from tests.builders import END, ON_DEMAND, PLAN_ARN, START, block, decide, endpoint, plan, registration, snapshot, stay

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND_ARN = PLAN_ARN + "-second"

# --- endpoints in an odd state --------------------------------------------------------------------------------------


def test_a_failed_endpoint_that_fills_the_plan_is_replaced_all_the_same() -> None:
    full = plan(available_count=0, in_use_count=2)
    decision = decide(snapshot(endpoint=endpoint(status="Failed", count=2), plans=(full,)))
    assert isinstance(decision, Deploy)
    assert decision.action == "replace"


def test_a_full_plan_is_no_place_for_somebody_elses_failure() -> None:
    full = plan(available_count=0, in_use_count=2)
    failed = endpoint(status="Failed", plan_arn=SECOND_ARN)
    assert isinstance(decide(snapshot(endpoint=failed, plans=(full,))), Hold)


def test_a_failed_endpoint_is_cleared_away_when_its_window_closes() -> None:
    seen = snapshot(now=END - HOUR, endpoint=endpoint(status="Failed"))
    decision = decide(seen)
    assert isinstance(decision, HandOver)
    assert (decision.rung, decision.action) == ("delete", "delete")


def test_a_failed_endpoint_stays_if_the_ladder_deletes_nothing() -> None:
    kept = registration(end_of_window={"on_demand": ON_DEMAND, "ladder": ["on_demand"]})
    assert isinstance(decide(snapshot(now=END - HOUR, deployment=kept, endpoint=endpoint(status="Failed"))), Refuse)


def test_a_mix_on_on_demand_is_updated_though_no_plan_is_open() -> None:
    mixed = endpoint(plan_arn=None, status="UpdateRollbackFailed")
    decision = decide(snapshot(now=END + HOUR, endpoint=mixed, plans=(plan(status="Expired"),)))
    assert isinstance(decision, Rotate)


# --- ladders and caps at their limits -------------------------------------------------------------------------------


@pytest.mark.parametrize("ladder", [["extend"], ["next_plan"], ["scale_to_zero"]])
def test_a_ladder_without_a_rung_to_climb_is_told_while_a_person_can_still_act(ladder: list[str]) -> None:
    deployed = registration(end_of_window={"ladder": ladder, "extend": {"max_price_usd": "100.00"}})
    before = decide(snapshot(now=START + HOUR, deployment=deployed, endpoint=endpoint()))
    asks_people_at = END - 90 * MINUTE - 3 * 24 * HOUR
    assert before.next_at == (asks_people_at if ladder == ["extend"] else END - HOUR)
    decision = decide(snapshot(now=END - HOUR, deployment=deployed, endpoint=endpoint()))
    assert isinstance(decision, Refuse)
    assert (decision.code, decision.next_at) == ("LadderExhausted", END - 55 * MINUTE)


@pytest.mark.parametrize(
    ("after_minutes", "rests_minutes"),
    [(0, 5), (4, 5), (8, 8), (20, 20), (55, 20), (59, 20), (61, 60), (75, 60), (6000, 60)],
)
def test_and_looked_at_less_and_less_often(after_minutes: int, rests_minutes: int) -> None:
    deployed = registration(end_of_window={"ladder": ["next_plan"]})
    now = END - HOUR + after_minutes * MINUTE
    decision: Any = decide(snapshot(now=now, deployment=deployed, endpoint=endpoint()))
    assert (decision.code, decision.next_at) == ("LadderExhausted", now + rests_minutes * MINUTE)


def test_on_demand_that_would_be_over_before_it_serves_is_not_begun() -> None:
    small = registration(end_of_window={"on_demand": {**ON_DEMAND, "max_usd": "9.00"}})  # 10 minutes of p5, 25 of p4d
    waiting = decide(snapshot(now=END - 100 * MINUTE, deployment=small, endpoint=endpoint()))
    # A budget doesn't grow: no need to look every five minutes.
    assert (waiting.code, waiting.next_at) == ("WaitingToDelete", END - 85 * MINUTE)
    assert "on_demand: its hours or its USD are used up" in waiting.reason
    decision = decide(snapshot(now=END - 70 * MINUTE, deployment=small, endpoint=endpoint()))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"


def test_a_stay_of_no_time_at_no_known_price_costs_nothing_yet() -> None:
    seen = snapshot(now=START, on_demand=(stay(START, instance_type="ml.unheard-of.1"),))
    assert spent(seen).usd == Decimal(0)


def test_a_block_shorter_than_its_ladder_is_refused_in_words() -> None:
    short = plan(blocks=(block(START, START + 2 * HOUR),))
    decision = decide(snapshot(now=START + MINUTE, plans=(short,)))
    assert isinstance(decision, Refuse)
    assert "closing" in decision.reason
