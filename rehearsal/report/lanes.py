"""Where everything stands on a stretch of time, in percent of its width: so the page fits any screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.run import Run
from rehearsal.sagemaker.history import EndpointSpan
from rehearsal.sagemaker.plans import Plan
from rehearsal.story import Line
from rehearsal.traffic import HourOfTraffic

_MERGED_WITHIN_PERCENT = 3.6
_TICK_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440, 2880, 10080)
_TICK_CHOICES = tuple(timedelta(minutes=minutes) for minutes in _TICK_MINUTES)
_TICKS_AT_MOST = 12


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


def chart(run: Run, told: tuple[Line, ...], title: str, stretch: Stretch) -> Chart:
    """Lanes that have nothing to show in this stretch are left out."""
    lanes = [
        *(_plan_lane(plan, run, stretch) for plan in run.plans),
        *(_endpoint_lane(endpoint, run, stretch) for endpoint in run.endpoints),
        _marks_lane("People", "person", told, stretch),
        _marks_lane("Berth's actions", "berth", told, stretch),
        *(_traffic_lane(name, run, stretch) for name in sorted({hour.endpoint for hour in run.traffic})),
    ]
    shown = tuple(lane for lane in lanes if lane.bars or lane.marks or lane.columns)
    return Chart(title, tuple(_ticks(stretch)), shown)


def _plan_lane(plan: Plan, run: Run, stretch: Stretch) -> Lane:
    bars = [
        _bar(stretch, span.start, span.end or run.until, f"plan-{span.status.lower()}", span.status, span.status)
        for span in run.plan_spans
        if span.plan == plan.name and stretch.shows(span.start, span.end or run.until)
    ]
    size = f"{plan.instance_count} x {plan.instance_type}"
    return Lane(plan.name, "plan", f"Training plan {plan.name}, {size}", tuple(bars))


def _endpoint_lane(endpoint: str, run: Run, stretch: Stretch) -> Lane:
    bars = [
        _endpoint_bar(span, span.end or run.until, stretch)
        for span in run.endpoint_spans
        if span.endpoint == endpoint and stretch.shows(span.start, span.end or run.until)
    ]
    return Lane(endpoint, "endpoint", f"Endpoint {endpoint}", tuple(bars))


def _endpoint_bar(span: EndpointSpan, end: datetime, stretch: Stretch) -> Bar:
    where = f"on plan {span.plan}" if span.plan else "on demand"
    label = f"{span.model or 'components'} x {span.instance_count}"
    text = f"{span.status}, {label}, {span.instance_type} {where}, config {span.config}"
    return _bar(stretch, span.start, end, _look(span), label, text)


def _look(span: EndpointSpan) -> str:
    """The colour says where it is, the pattern whether it changes, and red that it can't serve though it should."""
    if span.status in {"Failed", "OutOfService", "UpdateRollbackFailed"} or (
        span.status == "InService" and not span.serving
    ):
        return "broken"
    placement = "reserved" if span.plan else "on_demand"
    return f"{placement} settled" if span.status == "InService" else f"{placement} moving"


def _bar(stretch: Stretch, start: datetime, end: datetime, look: str, label: str, text: str) -> Bar:
    left = stretch.percent(start)
    width = round(stretch.percent(end) - left, 3)
    return Bar(left, width, look, label, f"{text}, {start:%d %b %H:%M} to {end:%d %b %H:%M} UTC")


def _marks_lane(title: str, actor: str, told: tuple[Line, ...], stretch: Stretch) -> Lane:
    here = [line for line in told if line.actor == actor and stretch.start <= line.at <= stretch.end]
    marks = tuple(_mark(group, stretch) for group in _groups(here, stretch))
    return Lane(title, "marks", f"{title}: {len(here)}, numbered as in the list below", marks=marks)


def _groups(told: list[Line], stretch: Stretch) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in told:
        if group and stretch.percent(line.at) - stretch.percent(group[0].at) > _MERGED_WITHIN_PERCENT:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _mark(group: list[Line], stretch: Stretch) -> Mark:
    order = ("trouble", "acting", "plain", "holding")
    look = min((line.tone for line in group), key=order.index)
    numbers = [line.number for line in group]
    label = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}…{numbers[-1]}"
    text = tuple(f"{line.number}. {line.at:%d %b %H:%M} {line.kind}: {line.text}" for line in group)
    return Mark(stretch.percent(group[0].at), look, label, numbers[0], text)


def _traffic_lane(endpoint: str, run: Run, stretch: Stretch) -> Lane:
    hours = [hour for hour in run.traffic if hour.endpoint == endpoint]
    most = max((hour.served + hour.failed for hour in hours), default=0) or 1
    shown = [hour for hour in hours if stretch.shows(hour.at, hour.at + timedelta(hours=1))]
    served = sum(hour.served for hour in shown)
    failed = sum(hour.failed for hour in shown)
    text = f"Requests to {endpoint} per hour: {served:,} served, {failed:,} failed"
    return Lane(f"{endpoint} requests", "traffic", text, columns=tuple(_column(hour, most, stretch) for hour in shown))


def _column(hour: HourOfTraffic, most: int, stretch: Stretch) -> Column:
    left = stretch.percent(hour.at)
    width = round(stretch.percent(hour.at + timedelta(hours=1)) - left, 3)
    return Column(left, width, round(100 * hour.served / most, 1), round(100 * hour.failed / most, 1))


def _ticks(stretch: Stretch) -> Iterator[Tick]:
    length = stretch.end - stretch.start
    step = next((step for step in _TICK_CHOICES if length / step <= _TICKS_AT_MOST), _TICK_CHOICES[-1])
    midnight = stretch.start.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + step * -((midnight - stretch.start) // step)
    while moment <= stretch.end:
        label = f"{moment:%d %b}" if step >= timedelta(days=1) else f"{moment:%H:%M}"
        yield Tick(stretch.percent(moment), label)
        moment += step
