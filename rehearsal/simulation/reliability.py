"""The figures of many seeds, and docs/reliability.md with them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.simulation.judging import Judged
from rehearsal.simulation.planted import BUGS
from rehearsal.simulation.pool import Batch

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_RUN = "<!-- written by `python -m rehearsal simulate --write` -->\n"
_PLANTED = "<!-- written by `python -m rehearsal simulate --plant all --write` -->\n"
_END = "<!-- until here -->\n"


@dataclass
class Tally:
    """Sums over the seeds so far."""

    seeds: int = 0
    worlds: int = 0
    first: int | None = None
    last: int = 0
    struck: int = 0
    served: int = 0
    failed: int = 0
    processor_seconds: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failed_seeds: list[int] = field(default_factory=list)
    began_at: float = field(default_factory=time.monotonic)

    def add(self, batch: Batch) -> None:
        self.processor_seconds += batch.processor_seconds
        self.worlds += 1
        for each in batch.judged:
            self._add(each)

    def _add(self, judged: Judged) -> None:
        seed = judged.asked.seed
        self.seeds += 1
        self.first = seed if self.first is None else min(self.first, seed)
        self.last = max(self.last, seed)
        self.struck += judged.struck
        self.served += judged.served
        self.failed += judged.failed
        self.rules.update({violation.rule for violation in judged.violations})
        self.kinds.update(trouble.split(" ")[0] for trouble in judged.troubles)
        if judged.violations:
            self.failed_seeds.append(seed)

    def summary(self) -> str:
        """One line."""
        found = f"{len(self.failed_seeds)} of them broke a rule" if self.failed_seeds else "every rule held"
        took = f"{self.seconds_per_seed:.2f} s of processor each"
        return f"{self.seeds} seeds, {self.struck} faults that struck, {took}: {found}"

    @property
    def elapsed_seconds(self) -> float:
        return time.monotonic() - self.began_at

    @property
    def seconds_per_seed(self) -> float:
        """Of processor time, with all that was played for it."""
        return self.processor_seconds / self.seeds if self.seeds else 0.0


def write(tally: Tally) -> None:
    """Into its place on the page; what people wrote around it stays."""
    _put(_RUN, _table(tally))


def write_planted(found: dict[str, tuple[int, str] | None], seeds: int) -> None:
    """`found`: by bug, the seed and the rule that it broke; None if no seed of so many showed it."""
    lines = ["| bug | what is wrong | seed | rule that it breaks |", "|---|---|---|---|"]
    for name, seen in found.items():
        seed, rule = seen or (f"not in {seeds} seeds", "")
        lines.append(f"| `{name}` | {BUGS[name].text} | {seed} | {rule} |")
    count = sum(seen is not None for seen in found.values())
    _put(_PLANTED, "\n".join([f"{count} of {len(found)} are found.", "", *lines, ""]))


def _put(mark: str, text: str) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(mark)
    after = rest.partition(_END)[2]
    PAGE.write_text(f"{before}{mark}\n{text}\n{_END}{after}", encoding="utf-8")


def _table(tally: Tally) -> str:
    broken = ", ".join(f"{rule} ({count})" for rule, count in sorted(tally.rules.items())) or "none"
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(tally.kinds.items()))
    rows = {
        "seeds": f"{tally.seeds:,} ({tally.first} to {tally.last}), in {tally.worlds:,} worlds",
        "processor time": f"{tally.seconds_per_seed:.2f} s a seed, with all that is played for it",
        "time": f"{tally.elapsed_seconds / 60:.0f} minutes, {tally.seeds / tally.elapsed_seconds:.1f} seeds a second",
        "faults that struck": f"{tally.struck:,}",
        "trouble by kind": kinds,
        "requests sent": f"{tally.served + tally.failed:,}",
        "seeds that broke a rule": f"{len(tally.failed_seeds):,}",
        "rules broken, by seeds": broken,
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items()), ""])
