"""The figures of a run, by hand-made lives of endpoints."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from rehearsal.figures import figures, left_early_minutes
from rehearsal.sagemaker.capacity import Holding, Pool
from rehearsal.traffic import HourOfTraffic
from tests.unit.made_up_run import CLOSES, NAME, OPENS, P5, PLAN, UNTIL, minutes, plan, run, span

ON_PLAN = Pool(P5, PLAN)
BOUGHT = Pool(P5)
HOUR = timedelta(hours=1)


def test_reserved_time_is_counted_by_instance_and_what_is_not_used_is_idle() -> None:
    (found,) = figures(run(holdings=(Holding(NAME, ON_PLAN, 1, OPENS, OPENS + 10 * HOUR),))).plans
    assert found.reserved_minutes == 2 * 168 * 60
    assert found.used_minutes == 600
    assert found.idle_minutes == 2 * 168 * 60 - 600
    assert found.used_percent == pytest.approx(100 * 600 / 20160)


def test_a_plan_of_which_nothing_has_begun_has_no_percentage_to_speak_of() -> None:
    (found,) = figures(run(until=OPENS, holdings=())).plans
    assert (found.reserved_minutes, found.used_percent) == (0, 0)


def test_leaving_early_is_measured_from_the_last_instance_to_the_plans_end() -> None:
    held = (
        Holding(NAME, ON_PLAN, 1, OPENS, CLOSES - minutes(200)),
        Holding(NAME, ON_PLAN, 2, CLOSES - minutes(200), CLOSES - minutes(75)),
    )
    assert left_early_minutes(run(holdings=held), NAME, plan()) == 75


def test_who_never_was_on_a_plan_or_still_is_has_not_left_it() -> None:
    staying = (Holding(NAME, ON_PLAN, 1, OPENS),)
    assert left_early_minutes(run(holdings=()), NAME, plan()) is None
    assert left_early_minutes(run(holdings=staying), NAME, plan()) is None


def test_minutes_past_the_end_count_while_the_config_names_a_plan_that_is_over() -> None:
    overdue = run(endpoint_spans=(span(OPENS, CLOSES + minutes(40), "InService"),))
    in_time = run(endpoint_spans=(span(OPENS, CLOSES, "InService"),))
    assert figures(overdue).minutes_past_end == 40
    assert figures(in_time).minutes_past_end == 0


def test_on_demand_hours_are_the_endpoints_and_usd_are_the_instances() -> None:
    held = (
        Holding(NAME, BOUGHT, 2, CLOSES, CLOSES + 3 * HOUR),
        Holding(NAME, BOUGHT, 1, CLOSES + 2 * HOUR, CLOSES + 4 * HOUR),
    )
    (found,) = figures(run(holdings=held, prices_usd_per_hour=((P5, "10.00"),))).deployments
    assert found.on_demand_hours == 4
    assert found.on_demand_usd == Decimal("80.00")


def test_a_stay_that_has_not_ended_is_counted_up_to_now() -> None:
    (found,) = figures(run(holdings=(Holding(NAME, BOUGHT, 1, UNTIL - HOUR),))).deployments
    assert found.on_demand_hours == 1


def test_a_type_without_a_price_makes_the_cost_unknown_and_not_nothing() -> None:
    found = figures(run(holdings=(Holding(NAME, BOUGHT, 1, CLOSES, CLOSES + HOUR),), prices_usd_per_hour=()))
    assert found.deployments[0].on_demand_usd is None
    assert found.on_demand_usd is None


def test_an_endpoint_that_was_asked_but_never_existed_has_its_failures_counted() -> None:
    hours = (HourOfTraffic("ghost", OPENS, 0, 60), HourOfTraffic(NAME, OPENS, 60, 0))
    found = figures(run(traffic=hours))
    assert [(each.deployment, each.served, each.failed) for each in found.deployments] == [
        ("ghost", 0, 60),
        (NAME, 60, 0),
    ]
    assert (found.served, found.failed) == (60, 60)
