"""Figures for people: ratios with their spread, tables, and the place of a table in a document."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """A median and the quartiles around it."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


def spread(values: Sequence[float]) -> Spread:
    """Raises ValueError for no values at all."""
    if not values:
        raise ValueError("a spread needs at least one value")
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def ratio(values: Sequence[float], base: Sequence[float]) -> Spread:
    """The spread of the ratios of each round. What slows a whole round down, slows both of its sides.

    Raises ValueError if the two have not the same number of rounds.
    """
    return spread([value / of for value, of in zip(values, base, strict=True)])


def verdict(value: float, at_most: float) -> str:
    return "met" if value <= at_most else "missed"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table whose columns line up in a terminal too. The first column is text, the others are figures."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    rule = [f"{'-' * (width - 1)}{':' if column else '-'}" for column, width in enumerate(widths)]
    return "\n".join(_line(row, widths) for row in (cells[0], rule, *cells[1:]))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]) + " |"


def placed(document: str, name: str, content: str) -> str:
    """The document with `content` between `<!-- name -->` and `<!-- /name -->`. ValueError if it has no such place."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opened, rest = document.partition(opening)
    _, closed, after = rest.partition(closing)
    if not (opened and closed):
        raise ValueError(f"the document has no {opening} followed by {closing}: add them where the table belongs")
    return f"{before}{opening}\n\n{content}\n\n{closing}{after}"
