"""docs/costs.md: worked examples, counted by the service's own functions. `make costs` writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from berth_core.costs import (
    MOST_CONCURRENT,
    USD_PER_GB_SECOND,
    Traffic,
    Window,
    even_at_busy_minutes_per_hour,
    serverless_usd,
)
from berth_core.decide.budget import hours_left
from berth_core.facts import Policy, Registration, Snapshot
from berth_core.manifest import Manifest, OnDemand
from berth_core.prices import USD_PER_HOUR, cost_usd

PAGE = Path(__file__).parents[1] / "docs" / "costs.md"
TEMPLATE = Path(__file__).with_name("costs.md.jinja")
AWS_EXAMPLE = Traffic(peak_per_minute=10_000, peak_minutes_per_day=15, other_per_hour=50, seconds_each=Decimal(1))
SMALL, GPU, P5 = "ml.m5.xlarge", "ml.g5.xlarge", "ml.p5.48xlarge"
MONTH_HOURS = Decimal(720)
WEEKEND_HOURS = Decimal(61)
HALF_AN_HOUR = Decimal("0.5")
CHECKING_SECONDS = Decimal(22)
CONCURRENT_THEN = 50
WEEK = Window(instance_type=P5, instance_count=1, hours=Decimal(168), fee_usd=Decimal("9000.00"))
CAP = OnDemand.model_validate({"instance_types": (P5,), "max_hours": 24, "max_usd": Decimal("1200.00")})


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote docs/{PAGE.name}")
    return 0


def page() -> str:
    """The page's text. The same table of prices gives the same page."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(**_staging(), **_window())


def _staging() -> dict[str, Any]:
    sizes = range(1024, 6145, 1024)
    return {
        "traffic": AWS_EXAMPLE,
        "second": f"{USD_PER_GB_SECOND:f}",
        "serverless": serverless_usd(AWS_EXAMPLE.busy_seconds, 1024),
        "instance": cost_usd(MONTH_HOURS, 1, USD_PER_HOUR[SMALL]),
        "month": MONTH_HOURS,
        "small": SMALL,
        "gpu": GPU,
        "price": USD_PER_HOUR,
        "whole": lambda usd: usd.quantize(Decimal(1), rounding=ROUND_HALF_UP),
        "old_limit": CONCURRENT_THEN,
        "limit": MOST_CONCURRENT,
        "even": [{"memory_mb": size, "small": _even(size, SMALL), "gpu": _even(size, GPU)} for size in sizes],
        "release": {
            "serverless": serverless_usd(CHECKING_SECONDS, 4096),
            "small": cost_usd(HALF_AN_HOUR, 1, USD_PER_HOUR[SMALL]),
            "gpu": cost_usd(HALF_AN_HOUR, 1, USD_PER_HOUR[GPU]),
        },
    }


def _even(memory_mb: int, instance_type: str) -> str:
    return f"{even_at_busy_minutes_per_hour(memory_mb, USD_PER_HOUR[instance_type]):.0f}"


def _window() -> dict[str, Any]:
    price = USD_PER_HOUR[P5]
    cap_hours = hours_left(_fresh(), CAP, P5, 1)
    return {
        "window": WEEK,
        "weekend": WEEKEND_HOURS,
        "on_demand": WEEK.on_demand_usd(price),
        "saved_reserved": WEEK.parked_usd(WEEKEND_HOURS, price, reserved=True),
        "saved_on_demand": WEEK.parked_usd(WEEKEND_HOURS, price, reserved=False),
        "pays_from": WEEK.cheaper_from_hours(price),
        "cap": CAP,
        "cap_hours": cap_hours,
        "cap_usd": cost_usd(cap_hours, 1, price),
    }


def _fresh() -> Snapshot:
    """A deployment that has spent nothing yet."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    text = {"version": 1, "name": "example", "model": "m", "reservation": {"plans": ["p"], "instance_type": P5}}
    registration = Registration(name="example", manifest=Manifest.model_validate(text), version="1", registered_at=now)
    policy = Policy(stack="berth", prices_usd_per_hour={P5: str(USD_PER_HOUR[P5])})
    return Snapshot(now=now, deployment=registration, policy=policy)
