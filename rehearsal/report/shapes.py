"""The shapes of a chart, placed in percent of its width: no pixels, so that the page fits any screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stretch:
    """The piece of time that a chart shows."""

    start: datetime
    end: datetime

    def percent(self, moment: datetime) -> float:
        """How far from the left edge, held within the chart."""
        share = (moment - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 3)

    def shows(self, start: datetime, end: datetime) -> bool:
        return start < self.end and end > self.start


@dataclass(frozen=True)
class Bar:
    left: float
    width: float
    look: str
    label: str
    text: str


@dataclass(frozen=True)
class Mark:
    """One line of the story, or several that stand too close together to be told apart at this scale."""

    left: float
    look: str
    label: str
    first: int
    text: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    left: float
    width: float
    served_percent: float
    failed_percent: float


@dataclass(frozen=True)
class Lane:
    title: str
    kind: str
    text: str
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Tick:
    left: float
    label: str


@dataclass(frozen=True)
class Chart:
    title: str
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]


def bar(stretch: Stretch, start: datetime, end: datetime, look: str, label: str, text: str) -> Bar:
    """A bar, and its times in words for those who hover or can not see it."""
    left = stretch.percent(start)
    width = round(stretch.percent(end) - left, 3)
    return Bar(left, width, look, label, f"{text}, {start:%d %b %H:%M} to {end:%d %b %H:%M} UTC")
