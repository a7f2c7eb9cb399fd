"""What trying out and serving costs, against AWS's own example; and the page that says it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.costs import MOST_CONCURRENT, Traffic, Window, even_at_busy_minutes_per_hour, serverless_usd
from berth_core.prices import USD_PER_HOUR, cost_usd
from rehearsal import costs

P5 = "ml.p5.48xlarge"
WEEK = Window(instance_type=P5, instance_count=2, hours=Decimal(168), fee_usd=Decimal("18000.00"))


def test_the_page_is_in_step() -> None:
    assert costs.PAGE.read_text(encoding="utf-8") == costs.page(), "write it anew: make costs"


def test_awss_example_comes_out() -> None:
    assert costs.AWS_EXAMPLE.busy_seconds == 4_535_625
    assert round(serverless_usd(costs.AWS_EXAMPLE.busy_seconds, 1024)) == 91
    assert round(cost_usd(Decimal(720), 1, USD_PER_HOUR["ml.m5.xlarge"])) == 166


def test_awss_example_needs_more_at_a_time_than_there_was_then_and_less_than_there_is_now() -> None:
    assert costs.AWS_EXAMPLE.most_concurrent == 167
    assert costs.CONCURRENT_THEN < 167 < MOST_CONCURRENT


@given(st.sampled_from(range(1024, 6145, 1024)), st.decimals("0.05", "100", places=3))
def test_at_the_even_point_both_cost_the_same(memory_mb: int, usd_per_hour: Decimal) -> None:
    minutes = even_at_busy_minutes_per_hour(memory_mb, usd_per_hour)
    assert abs(serverless_usd(minutes * 60, memory_mb) - usd_per_hour) <= Decimal("0.01")


def test_nobody_asks_and_nothing_is_billed() -> None:
    quiet = Traffic(peak_per_minute=0, peak_minutes_per_day=0, other_per_hour=0, seconds_each=Decimal(1))
    assert (serverless_usd(quiet.busy_seconds, 6144), quiet.most_concurrent) == (Decimal(0), 0)


def test_a_window_is_paid_whether_it_is_used_or_not() -> None:
    price = USD_PER_HOUR[P5]
    assert WEEK.reserved_usd_per_hour.quantize(Decimal("0.01")) == Decimal("53.57")
    assert WEEK.parked_usd(Decimal(61), price, reserved=True) == 0
    assert WEEK.parked_usd(Decimal(61), price, reserved=False) == cost_usd(Decimal(61), 2, price)
    assert WEEK.on_demand_usd(price) == cost_usd(Decimal(168), 2, price)


@pytest.mark.parametrize("spare", [Decimal(-1), Decimal(1)])
def test_a_reservation_pays_from_its_even_point_on(spare: Decimal) -> None:
    price = USD_PER_HOUR[P5]
    hours = WEEK.cheaper_from_hours(price) + spare
    assert (WEEK.on_demand_usd(price, hours) > WEEK.fee_usd) is (spare > 0)
