"""The lanes of a chart: plans, endpoints, what people did, what Berth did, and requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.report.requests import requests_lane
from rehearsal.report.shapes import Bar, Chart, Lane, Mark, Stretch, Tick, bar
from rehearsal.run import Run
from rehearsal.sagemaker.history import EndpointSpan
from rehearsal.sagemaker.plans import Plan
from rehearsal.story import Line

_MERGED_WITHIN_PERCENT = 4.2
_EDGE_PERCENT = 1.2
_LINES_IN_TIP = 8
_TICK_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440, 2880, 10080)
_TICK_CHOICES = tuple(timedelta(minutes=minutes) for minutes in _TICK_MINUTES)
_TICKS_AT_MOST = 12


def chart(run: Run, told: tuple[Line, ...], title: str, stretch: Stretch) -> Chart:
    """Lanes that have nothing to show in this stretch are left out."""
    lanes = [
        *(_plan_lane(plan, run, stretch) for plan in run.plans),
        *(_endpoint_lane(endpoint, run, stretch) for endpoint in run.endpoints),
        _marks_lane("People", "person", told, stretch),
        _marks_lane("Berth's actions", "berth", told, stretch),
        *(requests_lane(name, run, stretch) for name in sorted({hour.endpoint for hour in run.traffic})),
    ]
    shown = tuple(lane for lane in lanes if lane.bars or lane.marks or lane.columns)
    return Chart(title, tuple(_ticks(stretch)), shown)


def _plan_lane(plan: Plan, run: Run, stretch: Stretch) -> Lane:
    bars = [
        bar(stretch, span.start, span.end or run.until, f"plan-{span.status.lower()}", span.status, span.status)
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
    return bar(stretch, span.start, end, _look(span), label, text)


def _look(span: EndpointSpan) -> str:
    """The colour says where it is, the pattern whether it changes, and red that it can't serve though it should."""
    if span.status in {"Failed", "OutOfService", "UpdateRollbackFailed"} or (
        span.status == "InService" and not span.serving
    ):
        return "broken"
    placement = "reserved" if span.plan else "on_demand"
    return f"{placement} settled" if span.status == "InService" else f"{placement} moving"


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
    more = len(group) - 1
    label = f"{group[0].number} +{more}" if more else str(group[0].number)
    shown = [f"{line.number}. {line.at:%d %b %H:%M} {line.kind}: {line.text}" for line in group[:_LINES_IN_TIP]]
    if len(group) > _LINES_IN_TIP:
        shown.append(f"and {len(group) - _LINES_IN_TIP} more in the list below")
    left = min(100 - _EDGE_PERCENT, max(_EDGE_PERCENT, stretch.percent(group[0].at)))
    return Mark(left, look, label, group[0].number, tuple(shown))


def _ticks(stretch: Stretch) -> Iterator[Tick]:
    length = stretch.end - stretch.start
    step = next((step for step in _TICK_CHOICES if length / step <= _TICKS_AT_MOST), _TICK_CHOICES[-1])
    midnight = stretch.start.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + step * -((midnight - stretch.start) // step)
    while moment <= stretch.end:
        is_day = moment.hour == moment.minute == 0
        label = f"{moment:%d %b}" if is_day else f"{moment:%H:%M}"
        yield Tick(stretch.percent(moment), label)
        moment += step
