"""Plans that change under the endpoint: over early, silent, renamed, or too short to move to."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decisions import HandOver, Hold
from tests.builders import END, P4D, P5, PLAN_ARN, START, block, decide, endpoint, plan, registration, snapshot

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND_ARN = PLAN_ARN + "-second"


def two_plans(**over: Any) -> Any:
    return registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5}, **over)


def second(**over: Any) -> Any:
    return plan(**{"name": "p5-second", "arn": SECOND_ARN, **over})


@pytest.mark.parametrize(
    "ended",
    [
        plan(status="Expired", available_count=0),
        plan(status="Failed", available_count=0),
        plan(blocks=(block().model_copy(update={"status": "Expired"}),)),
    ],
)
def test_a_plan_that_is_over_before_its_end_time_is_left_at_once(ended: Any) -> None:
    decision = decide(snapshot(endpoint=endpoint(), plans=(ended,)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"


def test_a_plan_still_called_active_after_its_last_block_takes_nobody() -> None:
    decision = decide(snapshot(now=END + MINUTE))
    assert isinstance(decision, Hold)
    assert decision.code == "WaitingForPlan"


def test_a_plan_still_called_active_between_its_blocks_is_waited_for() -> None:
    later = block(END + 24 * HOUR, END + 48 * HOUR)
    decision = decide(snapshot(now=END + MINUTE, plans=(plan(blocks=(block(), later)),)))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("WaitingForPlan", later.starts_at)


def test_from_a_plan_that_the_manifest_no_longer_names_the_way_leads_to_the_one_that_it_names() -> None:
    renamed = registration(
        reservation={"plans": ["p5-second"], "instance_type": P5}, end_of_window={"ladder": ["next_plan", "delete"]}
    )
    open_long = second(blocks=(block(START, END + 48 * HOUR),))
    decision = decide(snapshot(now=END - HOUR, deployment=renamed, endpoint=endpoint(), plans=(open_long, plan())))
    assert isinstance(decision, HandOver)
    assert decision.config is not None
    assert (decision.rung, decision.config.plan_arn) == ("next_plan", SECOND_ARN)


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({}, "is closing"),
        ({"blocks": (block(START, END + 48 * HOUR),), "targets": ("training-job",)}, "not for endpoints"),
        ({"blocks": (block(START, END + 48 * HOUR).model_copy(update={"instance_type": P4D}),)}, "reserves ml.p4d"),
    ],
)
def test_no_next_plan_is_one_that_closes_too_or_does_not_fit(over: dict[str, Any], why: str) -> None:
    seen = snapshot(now=END - 100 * MINUTE, deployment=two_plans(), endpoint=endpoint(), plans=(plan(), second(**over)))
    decision = decide(seen)
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"
    assert why in decision.reason


def test_a_reservation_is_told_by_the_config_if_the_variants_do_not_say() -> None:
    silent = endpoint(variants=tuple(each.model_copy(update={"plan_arn": None}) for each in endpoint().variants))
    assert silent.plan_arn == PLAN_ARN
    assert isinstance(decide(snapshot(now=END - HOUR, endpoint=silent)), HandOver)
