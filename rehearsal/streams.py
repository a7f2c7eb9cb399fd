"""Steady streams of requests as arithmetic: when request k is made, how many were before a moment, how they fared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rehearsal.written_times import WrittenTime

if TYPE_CHECKING:
    from rehearsal.timers import Timer

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE_US = 60_000_000


class AskedStream(BaseModel):
    """The body of POST /_rehearsal/traffic. A start that has passed means now."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    endpoint: str = Field(min_length=1, max_length=63)
    component: str | None = Field(default=None, min_length=1, max_length=63)
    requests_per_minute: float = Field(gt=0, le=600_000, allow_inf_nan=False)
    start: WrittenTime = Field(alias="from")
    until: WrittenTime

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> AskedStream:
        if self.until <= self.start:
            raise ValueError(f"until: {self.until.isoformat()} must be later than from, {self.start.isoformat()}")
        return self


@dataclass(frozen=True)
class Span:
    """Requests `first` to `last` - 1 of a stream had the same outcome: an error, or None when they were served."""

    first: int
    last: int
    error: str | None


@dataclass
class Stream:
    """A stream under way. `error` is what requests from `counted` on meet; `told` is what the timeline knows."""

    endpoint: str
    component: str | None
    per_minute: Fraction
    start_us: int
    until_us: int
    error: str | None
    counted: int = 0
    told: str | None = None
    spans: list[Span] = field(default_factory=list)
    timer: Timer | None = None

    def made_before(self, moment_us: int) -> int:
        """How many requests are made before the moment."""
        elapsed_us = min(moment_us, self.until_us) - self.start_us
        # In whole numbers: fractions take ten times as long, and alarms ask often.
        return max(0, -(-elapsed_us * self.per_minute.numerator // (self.per_minute.denominator * _MINUTE_US)))

    def time_us(self, request: int) -> int:
        """When a request is made, rounded up to a whole microsecond."""
        return self.start_us - (-request * _MINUTE_US * self.per_minute.denominator // self.per_minute.numerator)

    def count(self, now_us: int) -> None:
        made = self.made_before(now_us)
        if made <= self.counted:
            return
        if self.spans and self.spans[-1].error == self.error:
            self.spans[-1] = Span(self.spans[-1].first, made, self.error)
        else:
            self.spans.append(Span(self.counted, made, self.error))
        self.counted = made

    def failed_lately(self) -> int:
        """Failures since the last request that was served."""
        failed = 0
        for span in reversed(self.spans):
            if span.error is None:
                break
            failed += span.last - span.first
        return failed


def microseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - EPOCH) // _MICROSECOND
