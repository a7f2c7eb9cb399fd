"""The next moment at which an alarm's state changes, if nothing else happens: so that no tick a minute is needed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from rehearsal.alarms.datapoints import statistic
from rehearsal.alarms.rules import Rule, State
from rehearsal.alarms.series import Series

# Further ahead nothing is computed, but looked again when it comes: what is foreseen may be in vain.
_MOST_STEPS = 200


@dataclass(frozen=True)
class Foreseen:
    """At `at_us`, the end of a period, the alarm will be in `state`. The present state means: look again then."""

    at_us: int
    state: State


def values(series: Series, rule: Rule, end_us: int) -> list[float | None]:
    """Of the periods that an evaluation at a period's end looks at, oldest first."""
    starts = range(end_us - rule.periods * rule.period_us, end_us, rule.period_us)
    return [statistic(series.datapoint(each, each + rule.period_us), rule.statistic) for each in starts]


def next_change(series: Series, rule: Rule, present: State, after_us: int) -> Foreseen | None:
    """None if the state stays for ever. Periods are aligned to multiples of their length since 1970."""
    known: dict[int, float | None] = {}
    end_us = (after_us // rule.period_us + 1) * rule.period_us
    turns = series.turns(end_us - rule.periods * rule.period_us)
    for _ in range(_MOST_STEPS):
        state = rule.state(_window(series, rule, end_us, known), present)
        if state != present:
            return Foreseen(end_us, state)
        begin_us = end_us - rule.periods * rule.period_us
        upcoming = bisect_right(turns, begin_us)
        turn_us = turns[upcoming] if upcoming < len(turns) else None
        # A window within one regime stays as it is until the period in which the next one begins is over.
        if (turn_us is None or turn_us >= end_us) and _is_steady(series, rule, begin_us):
            if turn_us is None:
                return None
            end_us = (turn_us // rule.period_us + 1) * rule.period_us
        else:
            end_us += rule.period_us
    return Foreseen(end_us, present)


def _window(series: Series, rule: Rule, end_us: int, known: dict[int, float | None]) -> list[float | None]:
    starts = range(end_us - rule.periods * rule.period_us, end_us, rule.period_us)
    for start in starts:
        if start not in known:
            known[start] = statistic(series.datapoint(start, start + rule.period_us), rule.statistic)
    return [known[start] for start in starts]


def _is_steady(series: Series, rule: Rule, start_us: int) -> bool:
    """Whether all periods of this regime say the same about the threshold."""
    possible = [statistic(point, rule.statistic) for point in series.alike(start_us, rule.period_us)]
    return len({None if value is None else rule.breaches(value) for value in possible}) == 1
