"""Which rungs there are from where the endpoint stands, and when each of them has to begin."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.ladder import closes_at, ladder_of, other_plans, unavailable
from berth_core.decide.window import slots, time_for
from tests.builders import END, ON_DEMAND, START, block, endpoint, plan, registration, snapshot

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
EXTEND = {"max_price_usd": "5000.00", "days": 1}
LATER = block(END + 24 * HOUR, END + 48 * HOUR)
TWO_BLOCKS = plan(blocks=(block(), LATER))


def laid_out(*ladder: str, **over: Any) -> Any:
    return registration(end_of_window={"on_demand": ON_DEMAND, "extend": EXTEND, "ladder": list(ladder), **over})


# --- the rungs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ladder", "left"),
    [
        (["next_plan", "on_demand", "delete"], ("delete",)),
        (["on_demand", "next_plan", "delete"], ("next_plan", "delete")),
        (["on_demand", "next_plan"], ("next_plan", "delete")),
        (["on_demand", "extend", "next_plan"], ("next_plan", "delete")),
        (["extend", "next_plan"], ("next_plan", "delete")),
    ],
)
def test_off_on_demand_there_is_what_comes_after_it_and_delete_at_last(ladder: list[str], left: Any) -> None:
    assert ladder_of(snapshot(deployment=laid_out(*ladder), endpoint=endpoint(plan_arn=None))) == left


def test_without_an_endpoint_it_is_the_manifests_ladder() -> None:
    assert ladder_of(snapshot(deployment=laid_out("on_demand", "delete"))) == ("on_demand", "delete")


def test_before_a_gap_there_is_nothing_to_extend() -> None:
    deployed = laid_out("extend", "next_plan", "delete", between_blocks="on_demand")
    seen = snapshot(deployment=deployed, endpoint=endpoint(deployed), plans=(TWO_BLOCKS,))
    assert ladder_of(seen) == ("on_demand", "next_plan", "delete")


@pytest.mark.parametrize(
    ("rung", "over", "why"),
    [
        ("extend", {}, "not configured"),
        ("extend", {"extend": EXTEND}, "it was not asked for in time; by hand: plan_purchase with extend"),
        ("on_demand", {"on_demand": None, "ladder": ["delete"]}, "not configured"),
        ("on_demand", {}, None),
        ("next_plan", {}, "the manifest names no other plan"),
        ("scale_to_zero", {}, "only an endpoint with inference components can scale to zero"),
        ("delete", {}, None),
    ],
)
def test_why_a_rung_is_not_to_be_had(rung: str, over: dict[str, Any], why: str | None) -> None:
    deployed = registration(end_of_window={"on_demand": ON_DEMAND, **over})
    assert unavailable(snapshot(deployment=deployed, endpoint=endpoint(deployed)), rung) == why


def test_other_plans_are_all_but_the_one_that_it_is_on() -> None:
    reservation = {"plans": ["p5-for-eval", "p5-spare"], "instance_type": "ml.p5.48xlarge", "instance_count": 1}
    deployed = registration(reservation=reservation)
    assert other_plans(snapshot(deployment=deployed, endpoint=endpoint(deployed))) == ("p5-spare",)
    assert other_plans(snapshot(deployment=deployed)) == ("p5-for-eval", "p5-spare")


# --- when they begin ------------------------------------------------------------------------------------------------


def test_the_way_into_a_gap_begins_when_its_own_rungs_have_to() -> None:
    """Deleting takes five minutes and is given ten; the whole ladder, which comes at the last end, begins earlier."""
    deployed = registration(end_of_window={"on_demand": ON_DEMAND, "between_blocks": "delete"})
    seen = snapshot(deployment=deployed, endpoint=endpoint(deployed), plans=(TWO_BLOCKS,))
    assert closes_at(seen, TWO_BLOCKS, block()) == END - 70 * MINUTE
    assert closes_at(seen, plan(), block()) == END - 150 * MINUTE


@pytest.mark.parametrize(("tried", "minutes"), [(0, 40), (1, 20), (2, 20), (3, 20)])
def test_on_demand_takes_its_time_for_each_type_that_is_left_to_try(tried: int, minutes: int) -> None:
    assert time_for(snapshot(), "on_demand", tried) == minutes * MINUTE
    assert time_for(snapshot(), "delete", tried) == 5 * MINUTE


def test_each_rung_is_given_twice_its_time_before_the_next_begins() -> None:
    planned = slots(snapshot(), ("on_demand", "delete"), finish_by=START)
    assert [(each.rung, START - each.start_by, START - each.finish_by) for each in planned] == [
        ("on_demand", 90 * MINUTE, 10 * MINUTE),
        ("delete", 10 * MINUTE, timedelta()),
    ]
    assert slots(snapshot(), ("on_demand",), finish_by=START, types_tried=1)[0].start_by == START - 40 * MINUTE
