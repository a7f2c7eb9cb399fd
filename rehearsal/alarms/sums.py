"""Metric math, as far as it is rehearsed: sums, such as `a + FILL(b, 0)`. Other expressions are never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.alarms.datapoints import Datapoint, of_values, statistic
from rehearsal.alarms.series import MetricKey, Series, key_of

_TERM = re.compile(r"FILL\((?P<filled>\w+),\s*(?P<fill>-?\d+(\.\d+)?)\)|(?P<bare>\w+)")


@dataclass(frozen=True)
class Term:
    """One metric of a sum. `fill` stands for a period without data; None leaves the whole sum without."""

    key: MetricKey
    statistic: str
    period_us: int
    fill: float | None


def terms_of(alarm: Any) -> tuple[Term, ...]:
    """Of moto's alarm; nothing if it isn't on metric math, or on an expression that is not rehearsed."""
    queries = {query.id: query for query in alarm.metric_data_queries or []}
    expressions = [query.expression for query in queries.values() if query.expression]
    if len(expressions) != 1:
        return ()
    found = [_TERM.fullmatch(written.strip()) for written in expressions[0].split(" + ")]
    terms = [_term(match, queries) for match in found if match is not None]
    known = tuple(term for term in terms if term is not None)
    return known if len(known) == len(found) else ()


def _term(match: re.Match[str], queries: dict[str, Any]) -> Term | None:
    query = queries.get(match["filled"] or match["bare"])
    if query is None or query.metric_stat is None:
        return None
    stat, metric = query.metric_stat, query.metric_stat.metric
    dimensions = [{"Name": each.name, "Value": each.value} for each in metric.dimensions]
    return Term(
        key=key_of(metric.namespace, metric.metric_name, dimensions),
        statistic=stat.stat,
        period_us=int(stat.period) * 1_000_000,
        fill=float(match["fill"]) if match["filled"] else None,
    )


class SumSeries:
    """What a sum is in each period, from what its metrics are."""

    def __init__(self, terms: Sequence[tuple[Term, Series]]) -> None:
        self._terms = terms

    def datapoint(self, start_us: int, end_us: int) -> Datapoint | None:
        return self._sum(lambda term, series: statistic(series.datapoint(start_us, end_us), term.statistic))

    def turns(self, after_us: int) -> list[int]:
        return sorted({turn for _, series in self._terms for turn in series.turns(after_us)})

    def alike(self, start_us: int, period_us: int) -> tuple[Datapoint | None, ...]:
        def extreme(choose: Callable[[list[float]], float]) -> Callable[[Term, Series], float | None]:
            def value(term: Term, series: Series) -> float | None:
                values = [statistic(point, term.statistic) for point in series.alike(start_us, period_us)]
                known = [each for each in values if each is not None]
                return choose(known) if len(known) == len(values) else None

            return value

        return (self._sum(extreme(min)), self._sum(extreme(max)))

    def _sum(self, value_of: Callable[[Term, Series], float | None]) -> Datapoint | None:
        values = [(value_of(term, series), term.fill) for term, series in self._terms]
        filled = [fill if value is None else value for value, fill in values]
        known = [value for value in filled if value is not None]
        return of_values(sum(known)) if len(known) == len(filled) else None
