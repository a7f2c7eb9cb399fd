"""docs/scenarios.md: what was rehearsed, and how it ended. Written from replays, so that nothing in it is a promise."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rehearsal import scenario
from rehearsal.figures import figures
from rehearsal.replay import replay
from rehearsal.run import Run

PAGE = Path("docs/scenarios.md")
COLUMNS = {
    "scenario": "---",
    "what was rehearsed": "---",
    "failed requests": "---:",
    "reserved minutes idle": "---:",
    "minutes past the end": "---:",
    "on demand": "---:",
    "all as expected": "---",
}
HEAD = f"""# What was rehearsed

Each of these stories plays the real template, state machines and functions on the local AWS, on a virtual clock. What
AWS doesn't document is an assumption of the rehearsal: [fidelity.md](fidelity.md). `make scenarios` writes this page
anew; `make demo SCENARIO=<name>` shows one of them. Idle minutes are those of all reserved instances together; some
stories leave instances free on purpose, or take them away.

| {" | ".join(COLUMNS)} |
|{"|".join(COLUMNS.values())}|
"""


def page(runs: Iterable[Run]) -> str:
    """The whole page, one row for each run."""
    return HEAD + "".join(row(run) for run in runs)


def row(run: Run) -> str:
    """One line of the table, with the figures of the run."""
    found = figures(run)
    idle = sum(each.idle_minutes for each in found.plans)
    usd = "price unknown" if found.on_demand_usd is None else f"{found.on_demand_usd:,} USD"
    away = f"{found.on_demand_hours:.1f} h, {usd}" if found.on_demand_hours else "none"
    told = run.scenario
    cells = (
        f"`{told.name}`",
        f"**{told.title}.** {' '.join(told.shows.split())}",
        f"{found.failed:,}",
        f"{idle:,.0f}",
        f"{found.minutes_past_end:,.0f}",
        away,
        "yes" if run.good else "**no**",
    )
    return f"| {' | '.join(cells)} |\n"


def main(path: Path = PAGE) -> int:
    """Replays every scenario that comes with Berth. The exit code: 0 if all went as expected, else 1."""
    runs = [replay(scenario.load(scenario.find(name))) for name in scenario.names()]
    path.write_text(page(runs), encoding="utf-8")
    return 0 if all(run.good for run in runs) else 1
