"""The figures of many seeds, and docs/reliability.md with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.simulation.judging import Judged

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN = "<!-- written by `python -m rehearsal simulate --write` -->\n"
_END = "<!-- until here -->\n"


@dataclass
class Tally:
    """Sums over the seeds so far."""

    seeds: int = 0
    first: int | None = None
    last: int = 0
    struck: int = 0
    served: int = 0
    failed: int = 0
    processor_seconds: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failed_seeds: list[int] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        seed = judged.asked.seed
        self.seeds += 1
        self.first = seed if self.first is None else min(self.first, seed)
        self.last = max(self.last, seed)
        self.struck += judged.struck
        self.served += judged.served
        self.failed += judged.failed
        self.processor_seconds += judged.processor_seconds
        self.rules.update({violation.rule for violation in judged.violations})
        self.kinds.update(trouble.split(" ")[0] for trouble in judged.troubles)
        if judged.violations:
            self.failed_seeds.append(seed)

    def summary(self) -> str:
        """One line."""
        per_seed = self.processor_seconds / self.seeds if self.seeds else 0.0
        found = f"{len(self.failed_seeds)} of them broke a rule" if self.failed_seeds else "every rule held"
        return f"{self.seeds} seeds, {self.struck} faults that struck, {per_seed:.1f} s of processor each: {found}"


def write(tally: Tally) -> None:
    """Into its place on the page; what people wrote around it stays."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    PAGE.write_text(f"{before}{_BEGIN}\n{_table(tally)}\n{_END}{after}", encoding="utf-8")


def _table(tally: Tally) -> str:
    broken = ", ".join(f"{rule} ({count})" for rule, count in sorted(tally.rules.items())) or "none"
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(tally.kinds.items()))
    rows = {
        "seeds": f"{tally.seeds:,} ({tally.first} to {tally.last})",
        "faults that struck": f"{tally.struck:,}",
        "trouble by kind": kinds,
        "requests sent": f"{tally.served + tally.failed:,}",
        "seeds that broke a rule": f"{len(tally.failed_seeds):,}",
        "rules broken, by seeds": broken,
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items()), ""])
