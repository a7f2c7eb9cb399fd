"""The report: one HTML file that holds everything it needs, opens offline and works without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rehearsal import wording
from rehearsal.figures import figures
from rehearsal.report.closeups import closeups
from rehearsal.report.lanes import chart
from rehearsal.report.shapes import Stretch
from rehearsal.run import Run
from rehearsal.story import lines

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class DayOfTraffic:
    """The traffic lane in words."""

    endpoint: str
    day: date
    served: int
    failed: int


def render(run: Run) -> str:
    """The page. All names and texts of the run are escaped: they may come from anyone's scenario."""
    told = lines(run.entries)
    found = figures(run)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            run=run,
            told=told,
            figures=found,
            headlines=wording.headlines(run, found),
            verdict=wording.verdict(run),
            overview=chart(run, told, "The whole story", Stretch(run.start, run.until)),
            closeups=[chart(run, told, title, stretch) for title, stretch in closeups(run, told)],
            days=list(_days(run)),
        )
    )


def write(run: Run, path: Path) -> None:
    """Write the page to `path`; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(run), encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(minutes=wording.minutes, hours=wording.hours, usd=wording.usd, early=wording.early)
    return environment


def _days(run: Run) -> Iterator[DayOfTraffic]:
    ordered = sorted(run.traffic, key=lambda hour: (hour.endpoint, hour.at))
    for (endpoint, day), hours in groupby(ordered, key=lambda hour: (hour.endpoint, hour.at.date())):
        counted = [(hour.served, hour.failed) for hour in hours]
        yield DayOfTraffic(endpoint, day, sum(served for served, _ in counted), sum(failed for _, failed in counted))
