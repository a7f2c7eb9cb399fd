"""Somebody is told when on-demand has used 80 % of what is allowed, and when it ends."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.budget_news import budget_news
from berth_core.decide.budget import percent_told, warns_at
from tests.builders import END, ON_DEMAND, endpoint, registration, snapshot, stay

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
        (away(9.8), 80),
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
        "before", "80 %", "before its end", "it ends", "over", "by money", "with a stay before", "never away",
        "over, and back", "without a price", "not allowed",
    ],
)  # fmt: skip
def test_how_much_is_used(seen: Any, percent: int) -> None:
    assert percent_told(seen) == percent


def test_it_asks_to_be_looked_at_when_it_has_to_be_told() -> None:
    assert warns_at(away(1)) == END + 8 * HOUR
    assert warns_at(away(8)) is None
    assert warns_at(snapshot()) is None


def test_the_news_has_the_numbers_and_the_way_out() -> None:
    ((what, told),) = budget_news(away(8))
    assert what == "budget-80-10-2400.00"
    assert told.detail_type == "Budget Reached"
    assert (told.detail["percent"], told.detail["spent_usd"], told.detail["hours"]) == (80, "440.32", "8.0")
    assert told.detail["reason"] == (
        "on-demand has used 80 % of what the manifest allows: 8.0 of 10 hours, 440.32 of 2400.00 USD; "
        "raise end_of_window.on_demand to stay longer"
    )
    ((what, told),) = budget_news(away(12))
    assert what == "budget-100-10-2400.00"
    assert "has used up" in told.detail["reason"]
    assert budget_news(away(1)) == ()
    assert budget_news(None) == ()


def test_a_type_without_a_price_is_told_as_what_it_is() -> None:
    strange = snapshot(now=END, on_demand=(stay(END - HOUR, instance_type="ml.unheard-of.1"),))
    ((_, told),) = budget_news(strange)
    assert Decimal(told.detail["spent_usd"]) == Decimal("Infinity")
