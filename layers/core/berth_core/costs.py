"""What trying out and serving costs: serverless against instances, and a window reserved, on demand or parked.

The budget counts with the same functions of prices.py and decide/budget.py.
"""

from decimal import ROUND_CEILING, Decimal

from pydantic import Field

from berth_core.model import Frozen
from berth_core.prices import cost_usd

USD_PER_GB_SECOND = Decimal("0.00002")
"""Serverless inference, for each second of a request and GB of memory: us-east-2, AWS Machine Learning Blog, "Use
Serverless Inference to reduce testing costs in your MLOps pipelines". That the price grows with the memory is an
assumption; what is sent and received costs extra, and isn't counted here."""
MOST_CONCURRENT = 200
"""MaxConcurrency of one serverless endpoint (aws-facts 8). At that post's time it was 50."""
_MB_PER_GB = 1024
_CENT = Decimal("0.01")


class Traffic(Frozen):
    """What a staging endpoint is asked in a month: a test run a day at a high rate, a few requests in between."""

    peak_per_minute: int = Field(ge=0)
    peak_minutes_per_day: int = Field(ge=0, le=1440)
    other_per_hour: int = Field(ge=0)
    seconds_each: Decimal = Field(gt=0)
    days: int = Field(default=30, ge=1)

    @property
    def busy_seconds(self) -> Decimal:
        """Seconds of all requests together: what serverless inference bills."""
        other_hours = 24 - Decimal(self.peak_minutes_per_day) / 60
        a_day = self.peak_per_minute * self.peak_minutes_per_day + self.other_per_hour * other_hours
        return a_day * self.days * self.seconds_each

    @property
    def most_concurrent(self) -> int:
        """Requests under way at the same time at the peak: rate times duration, rounded up."""
        return int((self.peak_per_minute * self.seconds_each / 60).to_integral_value(ROUND_CEILING))


def serverless_usd(busy_seconds: Decimal, memory_mb: int) -> Decimal:
    """What serverless inference bills for requests that took so many seconds together, up to the next cent."""
    return (busy_seconds * usd_per_second(memory_mb)).quantize(_CENT, rounding=ROUND_CEILING)


def usd_per_second(memory_mb: int) -> Decimal:
    """For one request's second on an endpoint of this memory."""
    return USD_PER_GB_SECOND * memory_mb / _MB_PER_GB


def even_at_busy_minutes_per_hour(memory_mb: int, instance_usd_per_hour: Decimal) -> Decimal:
    """Minutes of requests an hour at which serverless inference costs as much as one instance. Above: the instance."""
    return instance_usd_per_hour / usd_per_second(memory_mb) / 60


class Window(Frozen):
    """A reserved window: its fee is paid up front, whether anything runs in it or not."""

    instance_type: str
    instance_count: int = Field(ge=1)
    hours: Decimal = Field(gt=0)
    fee_usd: Decimal = Field(ge=0)

    @property
    def reserved_usd_per_hour(self) -> Decimal:
        """Of one instance."""
        return self.fee_usd / self.hours / self.instance_count

    def on_demand_usd(self, usd_per_hour: Decimal, hours: Decimal | None = None) -> Decimal:
        """The same instances on demand, for the whole window or for so many hours."""
        return cost_usd(self.hours if hours is None else hours, self.instance_count, usd_per_hour)

    def parked_usd(self, hours: Decimal, usd_per_hour: Decimal, *, reserved: bool) -> Decimal:
        """What parking for so long saves: nothing of a fee that is paid, all of what on-demand instances cost."""
        return Decimal(0) if reserved else self.on_demand_usd(usd_per_hour, hours)

    def cheaper_from_hours(self, usd_per_hour: Decimal) -> Decimal:
        """From so many hours of use on, the reservation costs less than on-demand instances for those hours."""
        return self.fee_usd / (usd_per_hour * self.instance_count)
