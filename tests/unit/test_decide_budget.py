"""What on-demand has cost, and how long it may go on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.decide.budget import hours_left, least_hours, spent
from berth_core.manifest import OnDemand
from tests.builders import END, ON_DEMAND, P4D, P5, snapshot, stay
from tests.unit.component_facts import deployed

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ALLOWED = OnDemand.model_validate(ON_DEMAND)


def away(*stays: Any) -> Any:
    return snapshot(now=END, on_demand=stays)


@pytest.mark.parametrize(
    ("stays", "hours", "usd"),
    [
        ((), "0", "0"),
        ((stay(END - HOUR),), "1", "55.04"),
        ((stay(END - HOUR, count=3),), "1", "165.12"),
        ((stay(END - 5 * HOUR, END - 3 * HOUR), stay(END - HOUR, instance_type=P4D)), "3", "132.04"),
        ((stay(END, END), stay(END - HOUR)), "1", "55.04"),
        ((stay(END - HOUR), stay(END - 0.5 * HOUR)), "1", "55.04"),
        ((stay(END - 4 * HOUR, END - 3 * HOUR), stay(END - HOUR), stay(END - 0.5 * HOUR, END)), "2", "110.08"),
        ((stay(END - 2 * HOUR, END - HOUR), stay(END - HOUR, count=2), stay(END - HOUR, count=2)), "2", "165.12"),
    ],
    ids=[
        "none",
        "one that runs",
        "three instances",
        "two",
        "one of no time",
        "one that two looks wrote down",
        "another before it",
        "a change of the fleet that two looks wrote down",
    ],
)
def test_all_stays_count_with_all_their_instances(stays: Any, hours: str, usd: str) -> None:
    used = spent(away(*stays))
    assert (used.hours, used.usd) == (Decimal(hours), Decimal(usd))


@pytest.mark.parametrize(
    ("stays", "count", "hours"),
    [
        ((), 1, "24"),
        ((stay(END - 20 * HOUR, END),), 1, "4"),
        ((), 2, "21.8"),
        ((stay(END - 30 * HOUR, END),), 1, "0"),
        ((stay(END - HOUR, END, instance_type="ml.unheard-of.1"),), 1, "0"),
    ],
    ids=["all", "by hours", "by money", "never negative", "after a stay that nobody can price"],
)
def test_what_is_left_is_by_the_cap_that_comes_first(stays: Any, count: int, hours: str) -> None:
    assert round(hours_left(away(*stays), ALLOWED, P5, count), 1) == Decimal(hours)
    assert hours_left(away(*stays), ALLOWED, "ml.unheard-of.1", count) == 0


@pytest.mark.parametrize(
    ("ladder", "minutes"), [(["delete"], 20 + 5 + 5 + 1), (["scale_to_zero", "delete"], 20 + 5 + 25 + 1)]
)
def test_a_stay_has_to_come_up_and_to_be_seen_and_to_be_gone_and_a_minute_is_kept(
    ladder: list[str], minutes: int
) -> None:
    components = deployed(end_of_window={"on_demand": ON_DEMAND, "ladder": ladder})
    assert least_hours(snapshot(deployment=components), "on_demand") == Decimal(minutes) / 60
