"""`make idle-costs`: what the traces cost, parked by the service's own rule, and writes docs/idle-costs.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rehearsal.idle_traces import (
    DRAWN,
    PUBLISHED,
    WAKE_MINUTES,
    always_on,
    by_forecast,
    by_schedule,
    drawn,
    target_tracking,
)

PAGE = Path(__file__).parent.parent / "docs" / "idle-costs.md"
TUNED_ON = range(80)
"""The rule's settings were chosen on these, so that they prove little."""
HELD_OUT = range(1000, 1400)
LONGEST_MEANS = (60, 90, 240)
GOAL = 0.55
BY_THE_CLOCK = frozenset({"14 nights", "office hours, 2 weeks"})
ROUNDING = 1e-6
DRAWN_HEAD = (
    "| calls come | mean pause up to | dearer than staying on | by at most | paid of staying on |",
    "|---|---:|---:|---:|---:|",
)
COLUMNS: dict[str, Callable[[tuple[float, ...]], float]] = {
    "always on": always_on,
    "target tracking": target_tracking,
    "idle 15 min": lambda trace: by_forecast(trace, 15),
    "idle 1 min": lambda trace: by_forecast(trace, 1),
}


def page() -> str:
    """The whole page. The drawn traces take minutes."""
    held_out = [row for longest in LONGEST_MEANS for row in drawn_rows(HELD_OUT, longest)]
    return "\n".join([published(), *drawn_rows(TUNED_ON), *_held_out(), *held_out, ""])


def published() -> str:
    """The page down to the drawn traces."""
    rows = [_row(name, trace) for name, trace in PUBLISHED.items()]
    return "\n".join([*_head(), *rows, *_middle()])


def _head() -> list[str]:
    heads = [*COLUMNS, "schedule"]
    return [
        "# Idle time: what parking saves",
        "",
        "Paid minutes of one instance off the reservation while nobody calls, by the service's own rule",
        "([ADR 29](adr/0029-parking-is-a-guess-that-has-to-be-earned.md)). Detection and release as AWS published "
        "them,",
        f"a wake of {WAKE_MINUTES} minutes (8B model). In brackets: of target tracking, and of staying on. "
        "`schedule` are",
        "orders at the right times with `ready_by`, for what goes by the clock.",
        "",
        f"| trace | {' | '.join(heads)} |",
        f"|---|{'---:|' * len(heads)}",
    ]


def _row(name: str, trace: tuple[float, ...]) -> str:
    cells = [_cell(count(trace), trace) for count in COLUMNS.values()]
    clock = _cell(by_schedule(trace), trace) if name in BY_THE_CLOCK else "-"
    return f"| {name} | {' | '.join([*cells, clock])} |"


def _cell(minutes: float, trace: tuple[float, ...]) -> str:
    return f"{minutes:,.0f} ({minutes / target_tracking(trace):.2f}, {minutes / always_on(trace):.2f})"


def _middle() -> list[str]:
    most = max(by_schedule(PUBLISHED[name]) / target_tracking(PUBLISHED[name]) for name in BY_THE_CLOCK)
    return [
        "",
        f"Goals: at most {GOAL} of target tracking on nights and office hours, which a schedule keeps ({most:.2f}); "
        "and on",
        "no trace more than staying on. Parking by idleness alone pays for a part of the first night, until it has",
        "earned the right to guess.",
        "",
        f"Drawn traces, {len(TUNED_ON)} fortnights of each kind, idle for 15 minutes. The rule's settings were chosen "
        "on them:",
        "",
        *DRAWN_HEAD,
    ]


def _held_out() -> list[str]:
    return [
        "",
        f"Held out: {len(HELD_OUT)} others of each kind, which no setting was chosen on, and with longer pauses. Which "
        "fortnights are",
        "dearer is chance: the first gap to be parked may end right after, and then no other is risked (ADR 29).",
        "",
        *DRAWN_HEAD,
    ]


def drawn_rows(seeds: range, longest_mean: int = LONGEST_MEANS[0]) -> list[str]:
    """One for each kind: how many fortnights cost more than staying on, by how much at most, and what all cost."""
    return [_drawn_row(kind, seeds, longest_mean) for kind in DRAWN]


def _drawn_row(kind: str, seeds: range, longest_mean: int) -> str:
    traces = [drawn(kind, seed, longest_mean) for seed in seeds]
    more = [by_forecast(trace, 15) - always_on(trace) for trace in traces]
    dearer = sum(each > ROUNDING for each in more)
    on = sum(map(always_on, traces))
    share = (on + sum(more)) / on
    return f"| {kind} | {longest_mean} min | {dearer} of {len(traces)} | {max(0, *more):.1f} min | {share:.3f} |"


def main(path: Path = PAGE) -> int:
    path.write_text(page(), encoding="utf-8")
    return 0
