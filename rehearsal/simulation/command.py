"""`make simulate`: judges seeds and says how to see each one that fails."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rich.console import Console

from rehearsal import terminal
from rehearsal.scenario import ScenarioError
from rehearsal.simulation.judging import Asked, Judged, judged
from rehearsal.simulation.planted import BUGS
from rehearsal.simulation.planting import plant
from rehearsal.simulation.playing import play
from rehearsal.simulation.pool import judge_all
from rehearsal.simulation.reliability import Tally, write
from rehearsal.simulation.violations import Violation
from rehearsal.transcript import transcript

ALL = "all"
"""In place of a planted bug's name: one after the other."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    seeds: int
    first: int = 0
    scenario: str | None = None
    planted: str | None = None
    only: tuple[int, ...] | None = None
    shows: bool = False
    tells_digest: bool = False
    writes: bool = False
    workers: int | None = None

    def asked(self, *, shrinks: bool = True) -> Iterable[Asked]:
        # A planted bug is to be found, not to be understood.
        shrink = shrinks and self.planted is None and self.only is None
        return (Asked(seed, self.scenario, self.only, shrink) for seed in range(self.first, self.first + self.seeds))


def main(wanted: Wanted) -> int:
    """0 if every rule held, or a planted bug was found; 1 if not; 2 for a scenario that isn't there."""
    out = terminal.console()
    try:
        if wanted.planted == ALL:
            return find_all(replace(wanted, planted=None), out)
        return _shown(wanted, out) if wanted.shows else _judged(wanted, out)
    except ScenarioError as error:
        out.print(str(error), style="red", markup=False)
        return 2


def _judged(wanted: Wanted, out: Console) -> int:
    tally = Tally()
    for each in judge_all(wanted.asked(), planted=wanted.planted, workers=wanted.workers):
        tally.add(each)
        _progress(tally, wanted)
        if wanted.tells_digest:
            out.print(f"{each.asked.seed} {each.digest}", markup=False)
        if each.violations:
            _tell(each, wanted, out)
        if each.violations and wanted.planted:
            break
    out.print(tally.summary(), markup=False)
    if wanted.writes:
        write(tally)
    return int(bool(tally.failed_seeds) == (wanted.planted is None))


def find_all(wanted: Wanted, out: Console) -> int:
    """Each planted bug in turn, up to the first seed that shows it. 0 if all are found."""
    missed = 0
    without: dict[int, set[str]] = {}
    for name, bug in BUGS.items():
        found = _found(name, wanted, without)
        missed += found is None
        seen = f"NOT FOUND in {wanted.seeds} seeds" if found is None else f"seed {found[0]}: {found[1]}"
        out.print(f"{name} ({bug.text}): {seen}", markup=False, soft_wrap=True)
    return int(missed > 0)


def _found(name: str, wanted: Wanted, without: dict[int, set[str]]) -> tuple[int, Violation] | None:
    """The first seed that breaks a rule with the bug and not without it; `without` keeps what was broken without."""
    for each in judge_all(wanted.asked(shrinks=False), planted=name, workers=wanted.workers):
        seed = each.asked.seed
        if each.violations and seed not in without:
            plain = next(iter(judge_all([each.asked], workers=1)))
            without[seed] = {violation.rule for violation in plain.violations}
        new = [violation for violation in each.violations if violation.rule not in without[seed]]
        if new:
            return seed, new[0]
    return None


def _shown(wanted: Wanted, out: Console) -> int:
    """In this very process, with the timeline of each seed."""
    plant(wanted.planted)
    failed = False
    for asked in wanted.asked():
        world = asked.world()
        numbers = asked.numbers_in(world)
        print(transcript(play(world.with_troubles(world.troubles[number] for number in numbers)).run))
        found = judged(replace(asked, shrinks=False))
        failed = failed or bool(found.violations)
        for number in numbers:
            out.print(f"trouble {number}: {world.troubles[number].about}", markup=False)
        for violation in found.violations:
            out.print(f"BROKEN: {violation}", style="red", markup=False)
    return int(failed)


def _tell(found: Judged, wanted: Wanted, out: Console) -> None:
    for violation in found.violations:
        out.print(f"BROKEN in seed {found.asked.seed}: {violation}", style="red", markup=False, soft_wrap=True)
    if not wanted.planted:
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


def numbers_of(written: str) -> tuple[int, ...]:
    """`0,3` as the numbers of troubles; `none` for none of them. Raises ValueError."""
    return () if written == "none" else tuple(int(part) for part in written.split(","))
