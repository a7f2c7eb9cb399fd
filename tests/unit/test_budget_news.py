"""Somebody is told when on-demand has used 80 % of what is allowed, and when it ends."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.budget_news import budget_news
from berth_core.decide.budget import LAST_CALL, last_call_at, percent_told, warns_at
from berth_core.decide.moments import SCHEDULE_PRECISION
from tests.builders import END, ON_DEMAND, decide, endpoint, registration, snapshot, stay

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def away(hours: float, *stays: Any, **allowed: Any) -> Any:
    deployed = registration(end_of_window={"on_demand": {**ON_DEMAND, "max_hours": 10, **allowed}})
    now = END + timedelta(hours=hours)
    return snapshot(now=now, deployment=deployed, endpoint=endpoint(plan_arn=None), on_demand=(*stays, stay(END)))


@pytest.mark.parametrize(
    ("seen", "percent"),
    [
        (away(7.9), 0),
        (away(8), 80),
        (away(9.6), 80),
        (away(9.7), 100),
        (away(9.9), 100),
        (away(12), 100),
        (away(4, max_usd="275.20"), 80),
        (away(4, stay(END - 9 * HOUR, END - 5 * HOUR)), 80),
        (snapshot(), 0),
        (snapshot(now=END, on_demand=(stay(END - 30 * HOUR, END - HOUR),)), 100),
        (snapshot(now=END, on_demand=(stay(END - HOUR, instance_type="ml.unheard-of.1"),)), 100),
        (snapshot(now=END, deployment=registration(end_of_window={}), on_demand=(stay(END - 90 * HOUR),)), 0),
    ],
    ids=[
        "before", "80 %", "before its end", "it is about to end", "it ends", "over", "by money",
        "with a stay before", "never away", "over, and back", "without a price", "not allowed",
    ],
)  # fmt: skip
def test_how_much_is_used(seen: Any, percent: int) -> None:
    assert percent_told(seen) == percent


def test_it_asks_to_be_looked_at_when_it_has_to_be_told() -> None:
    assert warns_at(away(1)) == END + 8 * HOUR
    assert warns_at(away(8)) is None
    assert warns_at(snapshot()) is None


def test_the_end_is_told_while_there_is_time_to_raise_the_cap_and_before_the_deletion_begins() -> None:
    before = away(9).model_copy(update={"plans": ()})
    ends_at = END + 10 * HOUR - 11 * MINUTE
    assert last_call_at(before) == ends_at - LAST_CALL
    held: Any = decide(before)
    assert (held.kind, held.next_at) == ("hold", ends_at - LAST_CALL)
    called = before.model_copy(update={"now": ends_at - LAST_CALL})
    assert percent_told(called) == 100
    assert last_call_at(called) is None
    waits: Any = decide(called)
    assert (waits.kind, waits.next_at) == ("hold", ends_at)
    assert decide(before.model_copy(update={"now": ends_at})).kind == "hand_over"
    assert last_call_at(snapshot()) is None


def test_the_watch_that_comes_after_the_last_call_can_still_make_the_schedule_of_the_end() -> None:
    """Told at any moment between two watches, the end is more than what Scheduler needs ahead of the next one."""
    every = timedelta(minutes=5)
    assert every + SCHEDULE_PRECISION <= LAST_CALL


def test_the_news_has_the_numbers_and_the_way_out() -> None:
    ((what, told),) = budget_news(away(8))
    assert what == "budget-80-10-2400.00"
    assert told.detail_type == "Budget Reached"
    assert (told.detail["percent"], told.detail["spent_usd"], told.detail["hours"]) == (80, "440.32", "8.0")
    assert told.detail["reason"] == (
        "on-demand has used 80 % of what the manifest allows: 8.0 of 10 hours, 440.32 of 2400.00 USD; "
        "raise end_of_window.on_demand to stay longer"
    )
    assert budget_news(away(1)) == ()
    assert budget_news(None) == ()


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (
            away(9.7),
            "on-demand has used 9.7 of 10 hours, 533.89 of 2400.00 USD, and the way off begins at 2026-03-10 21:19 UTC",
        ),
        (away(9.9), "on-demand has used 9.9 of 10 hours, 544.90 of 2400.00 USD, and the way off begins now"),
        (
            away(0).model_copy(update={"on_demand": (stay(END - 12 * HOUR, END - HOUR),)}),
            "on-demand has used up what the manifest allows: 11.0 of 10 hours, 605.44 of 2400.00 USD",
        ),
    ],
    ids=["before the way off begins", "as it begins", "over, and back"],
)
def test_the_last_call_says_when_the_way_off_begins_and_not_that_all_is_used(seen: Any, reason: str) -> None:
    # Who was told of 80 % before isn't told again: it is remembered.
    (before, _), (what, told) = budget_news(seen)
    assert (before, what) == ("budget-80-10-2400.00", "budget-100-10-2400.00")
    assert told.detail["percent"] == 100
    assert told.detail["reason"] == f"{reason}; raise end_of_window.on_demand to stay longer"


def test_the_last_call_of_a_short_stay_comes_before_80_percent_and_nothing_untrue_is_told() -> None:
    (_, warning), (_, last) = budget_news(away(0.75, max_hours=1))
    assert (warning.detail["percent"], last.detail["percent"]) == (80, 100)
    assert "on-demand has used 75 % of what the manifest allows: " in warning.detail["reason"]
    assert "and the way off begins at " in last.detail["reason"]


def test_a_type_without_a_price_is_told_as_what_it_is() -> None:
    strange = snapshot(now=END, on_demand=(stay(END - HOUR, instance_type="ml.unheard-of.1"),))
    _, (_, told) = budget_news(strange)
    assert Decimal(told.detail["spent_usd"]) == Decimal("Infinity")
