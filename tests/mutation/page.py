"""docs/mutations.md: what was found in all modules, and why what survived may."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from tests.mutation.judging import Judged

REASONS = Path(__file__).parent / "reasons.toml"
NO_REASON = "No row for it yet"
OPENING = """\
# Mutations

`make mutation` changes the decision core (`decide/`) in small ways, one at a time, with mutmut's operators: another
comparison, number, word or branch, a left-out argument, `None` for a value. Over each change it runs the tables of
tests/unit that reach the changed statement. A change with which none of them fails has survived. A run over all modules
writes this page; after one, `MODULES="ladder window"` judges some of them anew and writes it again.

The letters of a sentence are not changed: a reason may be worded otherwise, and the goldens of the stories hold it.
What a sentence is filled with is changed like all else. The properties of tests/unit, which draw whole snapshots, are
slow and don't judge.
"""


class InModule(BaseModel):
    """`survived` are rows; `minutes` are of CPU."""

    changes: int = 0
    survived: list[str] = []
    minutes: float = 0


class Found(BaseModel):
    """What was found last, by module."""

    modules: dict[str, InModule] = {}

    def with_module(self, name: str, what: InModule, every: Sequence[str]) -> "Found":
        """Modules that aren't among `every` are gone."""
        known = {**self.modules, name: what}
        return Found(modules={module: known[module] for module in every if module in known})


def row(each: Judged) -> str:
    """A change as the page and reasons.toml write it."""
    return f"{each.mutant.module}.{each.mutant.function}: {each.mutant.was} -> {each.mutant.becomes}"


def page(found: Found) -> str:
    """The whole page."""
    changes = sum(each.changes for each in found.modules.values())
    survived = [row for each in found.modules.values() for row in each.survived]
    summary = (
        f"Of {changes} changes the tables noticed {changes - len(survived)}: {_share(len(survived), changes)}. "
        f"That takes {sum(each.minutes for each in found.modules.values()):.0f} minutes of CPU.\n"
    )
    return "\n".join((OPENING, summary, *_table(found.modules), "", *_survivors(survived)))


def _table(modules: Mapping[str, InModule]) -> list[str]:
    rows = ["| module | changes | survived | noticed |", "|---|---|---|---|"]
    for name, each in sorted(modules.items()):
        survived = len(each.survived)
        rows.append(f"| {name} | {each.changes} | {survived} | {_share(survived, each.changes)} |")
    return rows


def _survivors(survived: Sequence[str]) -> list[str]:
    reasons = _reasons()
    told: dict[str, list[str]] = defaultdict(list)
    for each in survived:
        told[reasons.get(each, NO_REASON)].append(f"- `{each}`")
    lines = ["## What survived", ""]
    for reason in sorted(told, key=lambda reason: (reason == NO_REASON, reason)):
        lines += [f"### {reason} ({len(told[reason])})", "", *sorted(told[reason]), ""]
    return lines


def _reasons() -> Mapping[str, str]:
    given = tomllib.loads(REASONS.read_text())
    return {change: each["why"] for each in given["reason"] for change in each["changes"]}


def _share(survived: int, changes: int) -> str:
    return f"{100 * (changes - survived) / changes:.1f} %" if changes else ""
