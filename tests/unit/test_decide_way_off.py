"""When an endpoint has to leave, when it may stay, and what the reason says of it."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.intent import Intent
from berth_core.decide.ladder import closings
from berth_core.decide.leaving import leaves_at
from tests.builders import (
    END,
    ON_DEMAND,
    PLAN_ARN,
    START,
    attempt,
    block,
    decide,
    endpoint,
    plan,
    registration,
    snapshot,
    stay,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATER = block(END + 24 * HOUR, END + 48 * HOUR)
TWO_BLOCKS = plan(blocks=(block(), LATER))
NOT_ALLOWED = registration(end_of_window={"ladder": ["delete"]})
RAN = "on-demand has run 2.0 hours for 110.08 USD"
CAME_BY_US = attempt(kind="hand_over", rung="on_demand")


def away(**over: Any) -> Any:
    """On on-demand since the window's end, two hours ago."""
    fields: dict[str, Any] = {
        "now": END + 2 * HOUR,
        "endpoint": endpoint(plan_arn=None),
        "on_demand": (stay(END),),
        "attempts": (CAME_BY_US,),
    }
    return snapshot(**(fields | over))


# --- when -----------------------------------------------------------------------------------------------------------


def test_into_a_gap_it_leaves_when_the_gaps_own_rungs_have_to_begin() -> None:
    deployed = registration(end_of_window={"on_demand": ON_DEMAND, "between_blocks": "delete"})
    seen = snapshot(now=END - 2 * HOUR, deployment=deployed, endpoint=endpoint(deployed), plans=(TWO_BLOCKS,))
    assert leaves_at(seen) == END - 70 * MINUTE
    assert closings(seen) == {"p5-for-eval": END - 70 * MINUTE}
    assert decide(seen).code == "AsWanted"


def test_a_failed_endpoint_leaves_into_a_gap_that_deletes_whatever_the_ladder_at_the_end_says() -> None:
    deployed = registration(end_of_window={"on_demand": ON_DEMAND, "ladder": ["on_demand"], "between_blocks": "delete"})
    given: dict[str, Any] = {"deployment": deployed, "endpoint": endpoint(deployed, status="Failed")}
    assert leaves_at(snapshot(**given, plans=(TWO_BLOCKS,))) == END - 70 * MINUTE
    assert leaves_at(snapshot(**given)) is None


def test_nothing_closes_on_a_plan_whose_first_block_is_still_to_come() -> None:
    assert leaves_at(snapshot(endpoint=endpoint(), plans=(plan(blocks=(LATER,)),))) is None


@pytest.mark.parametrize(
    ("over", "leaves"),
    [
        ({}, END + 24 * HOUR - 11 * MINUTE),
        ({"endpoint": endpoint(plan_arn=None, status="Failed")}, None),
        ({"on_demand": (stay(END, END + HOUR),)}, None),
        ({"deployment": NOT_ALLOWED}, END + 2 * HOUR),
        ({"deployment": NOT_ALLOWED, "on_demand": ()}, None),
        ({"deployment": NOT_ALLOWED, "attempts": (attempt(kind="deploy"),)}, None),
        ({"deployment": NOT_ALLOWED, "attempts": (CAME_BY_US.model_copy(update={"done": False}),)}, None),
    ],
    ids=["by its cap", "failed: nothing is paid", "the stay is over", "no longer allowed", "nobody knows since when",
         "made so by somebody else", "it never came there by us"],
)  # fmt: skip
def test_on_demand_is_left_when_it_is_used_up_or_no_longer_allowed(over: dict[str, Any], leaves: Any) -> None:
    assert leaves_at(away(**over)) == leaves


def test_an_end_that_moved_away_ends_the_hand_over_and_says_when_the_next_is_due() -> None:
    longer = plan(blocks=(block(START, END + 24 * HOUR),))
    seen = snapshot(now=END - 2 * HOUR, endpoint=endpoint(), plans=(longer,))
    decision = decide(seen, Intent(kind="hand_over", by_hand=False))
    assert (decision.code, decision.next_at) == ("NotClosing", END + 24 * HOUR - 150 * MINUTE)


# --- why ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (snapshot(endpoint=endpoint()), "the window of plan p5-for-eval closes at 2026-03-10 11:30 UTC"),
        (away(), RAN),
        (away(deployment=NOT_ALLOWED), f"{RAN}, and the manifest no longer allows any"),
        (away(on_demand=()), "asked by hand"),
        (snapshot(endpoint=endpoint(plan_arn=f"{PLAN_ARN}-gone")), "asked by hand"),
        (snapshot(endpoint=endpoint(), plans=(plan(blocks=(LATER,)),)), "asked by hand"),
    ],
    ids=["a window", "on demand", "not allowed", "never counted", "a plan that nobody sees", "a block to come"],
)  # fmt: skip
def test_a_hand_over_begins_with_why(seen: Any, why: str) -> None:
    decision = decide(seen, Intent(kind="hand_over", ladder=("delete",)))
    assert decision.reason == f"{why}; delete"
