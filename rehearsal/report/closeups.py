"""A week holds a few minutes in which something happens: those are shown at a scale at which they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.report.shapes import Stretch
from rehearsal.run import Run
from rehearsal.story import Line

_APART = timedelta(minutes=90)
_MARGIN = timedelta(minutes=4)
_AT_LEAST = timedelta(minutes=20)


def closeups(run: Run, told: tuple[Line, ...]) -> Iterator[tuple[str, Stretch]]:
    """A title and a stretch for each time in which an endpoint was changing."""
    for group in _groups(_busy(run)):
        stretch = _with_margin(group[0], group[-1])
        yield _title(told, stretch), stretch


def _busy(run: Run) -> list[datetime]:
    """The edges of all spans in which an endpoint was on its way from one state to another."""
    moving = [span for span in run.endpoint_spans if span.status != "InService"]
    return sorted({edge for span in moving for edge in (span.start, span.end or run.until)})


def _groups(moments: list[datetime]) -> Iterator[list[datetime]]:
    group: list[datetime] = []
    for moment in moments:
        if group and moment - group[-1] > _APART:
            yield group
            group = []
        group.append(moment)
    if group:
        yield group


def _with_margin(first: datetime, last: datetime) -> Stretch:
    missing = max(timedelta(), _AT_LEAST - (last - first) - 2 * _MARGIN) / 2
    return Stretch(first - _MARGIN - missing, last + _MARGIN + missing)


def _title(told: tuple[Line, ...], stretch: Stretch) -> str:
    words = [line for line in told if line.tone == "acting" and stretch.start <= line.at <= stretch.end]
    what = ", ".join(dict.fromkeys(f"{line.subject}: {line.kind}" for line in words)) or "a change"
    return f"{stretch.start:%A %d %B, %H:%M} to {stretch.end:%H:%M} UTC — {what}"
