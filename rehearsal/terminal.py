"""A run on the terminal: progress while it goes on, then what happened and why, then the figures.

Colours and the moving bar need a terminal; NO_COLOR is respected; piped into a file it is plain text, 100 columns wide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from rehearsal import wording
from rehearsal.figures import figures
from rehearsal.run import Run
from rehearsal.scenario import Scenario
from rehearsal.story import Line, Teller, lines
from rehearsal.timeline import Entry

WIDTH = 100
_STYLES = {"acting": "bold blue", "trouble": "bold red", "holding": "dim", "plain": ""}
_WHO = {"person": "people", "berth": "Berth", "aws": "AWS"}


def console() -> Console:
    """At most 100 columns: lines longer than that are hard to read, and reports get pasted."""
    made = Console(highlight=False)
    made.width = min(made.width, WIDTH) if made.is_terminal else WIDTH
    return made


@contextmanager
def progress(out: Console, scenario: Scenario) -> Iterator[Callable[[Entry], None]]:
    """Yields what is to be told of each timeline entry: the virtual time and the latest line, on one moving line."""
    columns = (
        TextColumn("{task.fields[clock]}"),
        BarColumn(bar_width=24),
        TextColumn("{task.description}", markup=False),
    )
    length_seconds = (scenario.ends_at - scenario.start).total_seconds()
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task("deploying the template", total=length_seconds, clock=f"{scenario.start:%a %d %b %H:%M}")
        teller = Teller()

        def show(entry: Entry) -> None:
            if (line := teller.line(entry)) is None:
                return
            gone_seconds = (entry.at - scenario.start).total_seconds()
            words = f"{line.subject}: {line.kind}"
            bar.update(task, completed=gone_seconds, description=words, clock=f"{entry.at:%a %d %b %H:%M}")

        yield show


def show(out: Console, run: Run) -> None:
    """The timeline with reasons, the figures, and what was expected."""
    for table in (_timeline(run), _deployments(run), _plans(run)):
        out.print(table)
        out.print()
    _show_verdict(out, run)


def _timeline(run: Run) -> Table:
    table = _table(f"{run.scenario.title}", "UTC", "who", "what", "why, or what came of it")
    table.columns[0].no_wrap = True
    table.columns[3].ratio = 1
    day = ""
    for line in lines(run.entries):
        today = f"{line.at:%a %d %b}"
        if today != day:
            table.add_row(Text(today, style="bold"))
            day = today
        table.add_row(*_cells(line))
    return table


def _cells(line: Line) -> tuple[Text, ...]:
    quiet = "dim" if line.tone == "holding" else ""
    about = (f"{line.subject}  " if line.subject else "", quiet or "bold")
    return (
        Text(f"{line.at:%H:%M:%S}", style="dim"),
        Text(_WHO[line.actor], style=quiet),
        Text(line.kind, style=_STYLES[line.tone]),
        Text.assemble(about, (line.text, quiet)),
    )


def _deployments(run: Run) -> Table:
    titles = ("deployment", "served", "failed", "reserved\nused", "left\nearly", "past\nthe end", "on\ndemand", "cost")
    table = _table("Deployments", *titles)
    for each in figures(run).deployments:
        table.add_row(
            each.deployment,
            f"{each.served:,}",
            Text(f"{each.failed:,}", style="bold red" if each.failed else "bold green"),
            wording.minutes(each.reserved_minutes),
            wording.early(each.left_early_minutes),
            wording.minutes(each.minutes_past_end),
            wording.hours(each.on_demand_hours),
            wording.usd(each.on_demand_usd),
        )
    return _right_aligned(table)


def _plans(run: Run) -> Table:
    table = _table("Plans, in instance-minutes", "plan", "instances", "reserved", "used", "idle", "used")
    for each in figures(run).plans:
        table.add_row(
            each.plan,
            f"{each.instance_count} x {each.instance_type}",
            f"{each.reserved_minutes:,.0f}",
            f"{each.used_minutes:,.0f}",
            f"{each.idle_minutes:,.0f}",
            f"{each.used_percent:.1f} %",
        )
    return _right_aligned(table)


def _show_verdict(out: Console, run: Run) -> None:
    out.print(Text(wording.verdict(run) + ".", style="bold green" if run.good else "bold red"))
    for problem in run.problems():
        out.print(Text(f"  {problem}", style="red"))


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for column in columns:
        table.add_column(Text(column), header_style="dim", overflow="fold")
    return table


def _right_aligned(table: Table) -> Table:
    for column in table.columns[1:]:
        column.justify = "right"
    return table
