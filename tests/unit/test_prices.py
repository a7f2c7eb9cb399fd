"""What on-demand costs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.errors import RefusedError
from berth_core.prices import USD_PER_HOUR, cost_usd, prices_with


@pytest.mark.parametrize("overrides", ["", " ", ",", " , "])
def test_nothing_set_leaves_the_table(overrides: str) -> None:
    assert prices_with(overrides) == dict(USD_PER_HOUR)


def test_the_parameter_goes_before_the_table_and_adds_to_it() -> None:
    prices = prices_with("ml.p5.48xlarge=55.04, ml.x=1 ,")
    assert (prices["ml.p5.48xlarge"], prices["ml.x"]) == (Decimal("55.04"), Decimal(1))
    assert prices["ml.p4d.24xlarge"] == USD_PER_HOUR["ml.p4d.24xlarge"]


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ("ml.p5.48xlarge", "'ml.p5.48xlarge' is not a price"),
        ("ml.p5.48xlarge=", "'ml.p5.48xlarge=' is not a price"),
        ("ml.p5.48xlarge=ten", "'ml.p5.48xlarge=ten' is not a price"),
        ("ml.p5.48xlarge=0", "'ml.p5.48xlarge=0' is not a price"),
        ("ml.p5.48xlarge=-1", "'ml.p5.48xlarge=-1' is not a price"),
        ("ml.p5.48xlarge=NaN", "'ml.p5.48xlarge=NaN' is not a price"),
        ("ml.p5.48xlarge=Infinity", "'ml.p5.48xlarge=Infinity' is not a price"),
        ("ml.p5.48xlarge=1e9", "'ml.p5.48xlarge=1e9' is not a price"),
        ("p5.48xlarge=1", "'p5.48xlarge=1' is not a price"),
        ("ml.a=1,ml.a=2", "ml.a has two prices"),
        ("ml.a=x;ml.b=2", "'ml.a=x;ml.b=2' is not a price"),
    ],
)
def test_names_what_it_cannot_read(overrides: str, words: str) -> None:
    with pytest.raises(RefusedError) as refused:
        prices_with(overrides)
    assert words in str(refused.value)
    assert "OnDemandPrices" in str(refused.value)


def test_names_all_that_it_cannot_read() -> None:
    with pytest.raises(RefusedError, match="'a' is not a price; 'b' is not a price"):
        prices_with("a,ml.x=1,b")


def test_every_price_is_above_nothing_and_of_a_sagemaker_type() -> None:
    assert all(name.startswith("ml.") and price > 0 for name, price in USD_PER_HOUR.items())


@pytest.mark.parametrize(("name", "ec2"), [("ml.p4d.24xlarge", "21.957642"), ("ml.p5.48xlarge", "55.04")])
def test_a_cap_never_counts_on_ec2s_lower_price(name: str, ec2: str) -> None:
    assert USD_PER_HOUR[name] > Decimal(ec2)


@pytest.mark.parametrize(
    ("hours", "count", "price", "usd"),
    [("24", 1, "55.04", "1320.96"), ("0.5", 2, "55.04", "55.04"), ("0", 4, "55.04", "0.00"), ("1", 1, "0.001", "0.01")],
)
def test_costs_by_the_hour_and_instance_rounded_up_to_the_cent(hours: str, count: int, price: str, usd: str) -> None:
    assert str(cost_usd(Decimal(hours), count, Decimal(price))) == usd


@given(st.decimals(0, 5000, places=4), st.integers(1, 64), st.decimals("0.01", 200, places=6))
def test_is_never_told_too_low_nor_more_than_a_cent_too_high(hours: Decimal, count: int, price: Decimal) -> None:
    exact = hours * count * price
    assert exact <= cost_usd(hours, count, price) < exact + Decimal("0.01")
