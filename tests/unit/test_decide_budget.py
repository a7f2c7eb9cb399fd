"""What on-demand has cost, and how long it may go on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.decide.budget import (
    fleet_looks_at,
    hours_left,
    least_hours,
    reaches_cap_at,
    spent,
    stops_at,
)
from berth_core.decide.deployment import decide_deployment
from berth_core.manifest import OnDemand
from tests.builders import END, ON_DEMAND, P4D, P5, endpoint, reconcile, registration, snapshot, stay
from tests.unit import component_facts
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


# --- what a rollout runs beside the fleet that serves ---------------------------------------------------------------

AWAY = endpoint(plan_arn=None)
MONEY = {"instance_types": [P5], "max_hours": 100, "max_usd": "1400.00"}
STAYS = registration(
    model="my-model-v2", end_of_window={"on_demand": MONEY, "return_to_reserved": False, "ladder": ["delete"]}
)


def beside(**over: Any) -> Any:
    """Half an hour, of one instance."""
    return stay(END - HOUR, END - 0.5 * HOUR).model_copy(update={"beside": True, **over})


@pytest.mark.parametrize(
    ("fleets", "usd"),
    [
        ((beside(),), "82.56"),
        ((beside(instance_count=2),), "110.08"),
        ((beside(instance_type=P4D),), "66.02"),
        ((beside(), beside(started_at=END - 3 * HOUR, ended_at=END - 2 * HOUR)), "137.6"),
        ((beside(ended_at=END - HOUR, instance_type="ml.unheard-of.1"),), "55.04"),
        ((beside(ended_at=None),), "110.08"),
    ],
    ids=["one", "two instances", "another type", "two rollouts", "no time, at whatever price", "one that runs"],
)
def test_a_rollouts_second_fleet_costs_money_and_no_hours_of_the_endpoint(fleets: Any, usd: str) -> None:
    seen = snapshot(now=END, on_demand=(*fleets, stay(END - HOUR)))
    assert (spent(seen).usd, spent(seen).hours) == (Decimal(usd), Decimal(1))


@pytest.mark.parametrize(
    ("used_hours", "kind"), [(20, "rotate"), (24.5, "refuse")], ids=["money is left", "hardly any"]
)
def test_a_rollout_for_whose_two_fleets_the_money_does_not_last_is_refused(used_hours: float, kind: str) -> None:
    """1400 USD, and an instance at 55.04 an hour: of two they are gone twice as fast."""
    seen = snapshot(now=END, deployment=STAYS, endpoint=AWAY, on_demand=(stay(END - used_hours * HOUR),))
    decision: Any = decide_deployment(seen, reconcile())
    assert decision.kind == kind
    alone, beside = stops_at(seen), stops_at(seen, beside=1)
    assert alone is not None
    assert beside is not None
    assert beside < alone
    if kind == "refuse":
        assert "with both fleets on-demand is used up in" in decision.reason


# --- components that auto scaling brings up ---------------------------------------------------------------------------


def grown(now_instances: int, most: int, counted: int = 1, **over: Any) -> Any:
    """On on-demand since an hour, counted with so many instances."""
    limits = deployed(end_of_window={"on_demand": ON_DEMAND, "ladder": ["delete"]}, **over)
    live = endpoint(limits, count=now_instances, plan_arn=None)
    assert live.config
    live = live.model_copy(update={"config": live.config.model_copy(update={"instance_count": most})})
    stays = (stay(component_facts.NOW - HOUR, count=counted),)
    return component_facts.seen(deployment=limits, endpoint=live, plans=(), on_demand=stays)


def test_the_instances_that_are_seen_are_counted_on_with_and_not_those_of_the_last_look() -> None:
    one, four = reaches_cap_at(grown(1, 1)), reaches_cap_at(grown(4, 4))
    assert one is not None
    assert four is not None
    assert four < one


def test_money_is_kept_for_what_auto_scaling_may_bring_up_unseen_and_it_is_looked_at_again_soon() -> None:
    may, cannot = grown(4, 8), grown(4, 4)
    kept, whole = reaches_cap_at(may), reaches_cap_at(cannot)
    assert kept is not None
    assert whole is not None
    # Ten minutes, and the five of a deletion, of four more instances are as much less of the four that run.
    assert whole - kept == 15 * MINUTE
    soon = component_facts.NOW + 5 * MINUTE
    assert [fleet_looks_at(each) == soon for each in (may, cannot, grown(1, 1))] == [True, True, False]


def test_what_a_call_may_wake_is_looked_at_although_no_event_may_come() -> None:
    def asks_to_be_back(looked: Any, **over: Any) -> bool:
        return fleet_looks_at(looked.model_copy(update={"on_demand": (), **over})) is not None

    scaling = component_facts.seen(component_facts.SCALING).scaling
    parked = grown(0, 4).model_copy(update={"scaling": scaling})
    suspended = tuple(each.model_copy(update={"suspended": True}) for each in parked.scaling)
    assert fleet_looks_at(parked.model_copy(update={"on_demand": ()})) == component_facts.NOW + 15 * MINUTE
    assert asks_to_be_back(parked)
    assert not asks_to_be_back(parked, scaling=suspended)
    assert not asks_to_be_back(grown(1, 4)), "it is a stay, which has a clock of its own as soon as it is written down"


@pytest.mark.parametrize(
    ("code", "over"),
    [
        ("AsWanted", {"reservation": {"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 4}}),
        ("HoldUntil", {"hold_until": END + 48 * HOUR}),
    ],
)
def test_whatever_is_held_instances_that_come_by_themselves_are_looked_for(code: str, over: dict[str, Any]) -> None:
    held: Any = decide_deployment(grown(1, 4, **over), reconcile())
    assert (held.code, held.next_at) == (code, component_facts.NOW + 5 * MINUTE)
