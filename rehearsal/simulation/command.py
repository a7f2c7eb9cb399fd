"""`make simulate`: judges seeds and says how to see each one that fails."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, count, islice

from rich.console import Console

from rehearsal import terminal
from rehearsal.scenario import ScenarioError
from rehearsal.simulation.drawing import SEEDS_PER_WORLD
from rehearsal.simulation.judging import Asked, Judged
from rehearsal.simulation.planted import BUGS
from rehearsal.simulation.pool import judge_all
from rehearsal.simulation.regressions import FOUND
from rehearsal.simulation.reliability import Tally, write, write_planted
from rehearsal.simulation.violations import Violation

OF_EACH_WORLD = 4
WRITES_EVERY = 25
"""Worlds."""
ALL = "all"
"""In place of a planted bug's name: one after the other."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    seeds: int
    first: int = 0
    regressions: bool = False
    scenario: str | None = None
    planted: str | None = None
    only: tuple[int, ...] | None = None
    shows: bool = False
    tells_digest: bool = False
    writes: bool = False
    workers: int | None = None

    def asked(self, *, shrinks: bool = True, spread: bool = False) -> Iterable[Asked]:
        """`spread`: a few of each world, since another world shows more than more trouble in the same one."""
        # A planted bug is to be found, not to be understood.
        shrink = shrinks and self.planted is None and self.only is None
        of_each = OF_EACH_WORLD if spread else SEEDS_PER_WORLD
        seeds: Iterable[int] = islice(
            (seed for seed in count(self.first) if seed % SEEDS_PER_WORLD < of_each), self.seeds
        )
        if self.regressions:
            others = sorted(seed for seed in FOUND if not self.first <= seed < self.first + self.seeds)
            seeds = chain(seeds, others)
        shrink = shrink and not self.shows
        return (
            Asked(seed, self.scenario, self.only, shrinks=shrink, shows=self.shows, digests=self.tells_digest)
            for seed in seeds
        )


def main(wanted: Wanted) -> int:
    """0 if every rule held, or a planted bug was found; 1 if not; 2 for a scenario that isn't there."""
    out = terminal.console()
    try:
        if wanted.planted == ALL:
            return find_all(replace(wanted, planted=None), out)
        return _judged(wanted, out)
    except ScenarioError as error:
        out.print(str(error), style="red", markup=False)
        return 2


def _judged(wanted: Wanted, out: Console) -> int:
    tally = Tally()
    next(iter(wanted.asked())).world()  # ScenarioError at once, and not out of a worker
    for batch in judge_all(wanted.asked(), planted=wanted.planted, workers=wanted.workers):
        tally.add(batch)
        _progress(tally, wanted)
        for each in batch.judged:
            _tell(each, wanted, out)
        if tally.failed_seeds and wanted.planted:
            break
        if wanted.writes and tally.worlds % WRITES_EVERY == 0:
            write(tally)  # a long run may be cut short
    out.print(tally.summary(), markup=False)
    if wanted.writes:
        write(tally)
    return int(bool(tally.failed_seeds) == (wanted.planted is None))


def find_all(wanted: Wanted, out: Console) -> int:
    """Each planted bug in turn, up to the first seed that shows it. 0 if all are found."""
    found: dict[str, tuple[int, Violation] | None] = {}
    without: dict[int, set[str]] = {}
    for name, bug in BUGS.items():
        found[name] = came = _found(name, wanted, without)
        seen = f"NOT FOUND in {wanted.seeds} seeds" if came is None else f"seed {came[0]}: {came[1]}"
        out.print(f"{name} ({bug.text}): {seen}", markup=False, soft_wrap=True)
        if wanted.writes:
            write_planted({name: came and (came[0], came[1].rule) for name, came in found.items()}, wanted.seeds)
    return int(None in found.values())


def _found(name: str, wanted: Wanted, without: dict[int, set[str]]) -> tuple[int, Violation] | None:
    """The first seed that breaks a rule with the bug and not without it; `without` keeps what was broken without."""
    for batch in judge_all(wanted.asked(shrinks=False, spread=True), planted=name, workers=wanted.workers):
        for each in batch.judged:
            known = _without(each, without) if each.violations else set()
            new = [violation for violation in each.violations if violation.rule not in known]
            if new:
                return each.asked.seed, new[0]
    return None


def _without(found: Judged, without: dict[int, set[str]]) -> set[str]:
    """The rules that the seed breaks by itself."""
    seed = found.asked.seed
    if seed not in without:
        plain = [each for batch in judge_all([found.asked], workers=1) for each in batch.judged]
        without[seed] = {violation.rule for each in plain for violation in each.violations}
    return without[seed]


def _tell(found: Judged, wanted: Wanted, out: Console) -> None:
    if wanted.tells_digest:
        out.print(f"{found.asked.seed} {found.digest}", markup=False)
    if wanted.shows:
        print(found.story)
        for number, about in enumerate(found.troubles):
            out.print(f"trouble {number}: {about}", markup=False)
    if not found.violations:
        return
    for violation in found.violations:
        out.print(f"BROKEN in seed {found.asked.seed}: {violation}", style="red", markup=False, soft_wrap=True)
    if found.asked.shrinks:
        needed = [found.troubles[number] for number in found.needed if number < len(found.troubles)]
        out.print(f"  enough for it: {'; '.join(needed) or 'no trouble at all'}", markup=False, soft_wrap=True)
    out.print(f"  see it: {command(found, wanted)}", markup=False, soft_wrap=True)


def command(found: Judged, wanted: Wanted) -> str:
    """What replays a failing seed with its timeline."""
    parts = ["python -m rehearsal simulate", f"--from {found.asked.seed}", "--seeds 1", "--show"]
    if wanted.scenario is not None:
        parts.append(f"--scenario {wanted.scenario}")
    if wanted.planted is not None:
        parts.append(f"--plant {wanted.planted}")
    elif found.needed != tuple(range(len(found.troubles))):
        parts.append(f"--only {','.join(map(str, found.needed)) or 'none'}")
    return " ".join(parts)


def _progress(tally: Tally, wanted: Wanted) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{tally.seeds} of {wanted.seeds} seeds, {len(tally.failed_seeds)} failed ")
        sys.stderr.flush()
