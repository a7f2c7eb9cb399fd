"""Requests on a chart: counted by the hour over days, from first to last over minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.report.shapes import Column, Lane, Stretch, bar
from rehearsal.run import Run
from rehearsal.traffic import HourOfTraffic

_COLUMNS_FROM = timedelta(days=1)


def requests_lane(endpoint: str, run: Run, stretch: Stretch) -> Lane:
    """Columns of an hour would show requests before the first was sent, where an hour is wider than the chart."""
    lane = _columns_lane if stretch.end - stretch.start > _COLUMNS_FROM else _stream_lane
    return lane(endpoint, run, stretch)


def _columns_lane(endpoint: str, run: Run, stretch: Stretch) -> Lane:
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


def _stream_lane(endpoint: str, run: Run, stretch: Stretch) -> Lane:
    """From the first request to the last, and over it in red the times in which they failed."""
    streams = [sent for sent in run.sent if sent.endpoint == endpoint and stretch.shows(sent.start, sent.until)]
    bars = [
        bar(stretch, sent.start, sent.until, "served", f"{sent.per_minute:g} a minute, served", "requests are served")
        for sent in streams
    ]
    bars += [
        bar(stretch, start, end, "failed", "failed", f"requests fail: {error}")
        for start, end, error in _failing(endpoint, run)
        if stretch.shows(start, end)
    ]
    return Lane(f"{endpoint} requests", "traffic", f"Requests to {endpoint}", tuple(bars))


def _failing(endpoint: str, run: Run) -> Iterator[tuple[datetime, datetime, str]]:
    """Stretches of failing requests, as the timeline tells of their beginnings and ends."""
    since: tuple[datetime, str] | None = None
    for entry in run.entries:
        if entry.kind != "request" or entry.subject != f"endpoint/{endpoint}":
            continue
        if since is not None:
            yield since[0], entry.at, since[1]
        since = (entry.at, str(entry.more["error"])) if "error" in entry.more else None
    if since is not None:
        yield since[0], run.until, since[1]
