"""When nobody calls, gap by gap: published traces, drawn ones, and what parking them costs by the service's own rule.

A trace is the lengths of its gaps in minutes. Costs are instance minutes paid in them, by the model of ADR 29.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from berth_core.decide.idleness import RELEASE, gap_saved, parks_after
from berth_core.facts import Gap

WAKE_MINUTES = 4.03
"""Provisioning and loading of the published 8B model."""
DETECTION_MINUTES = 15.0
"""Of target tracking."""
FORTNIGHT_MINUTES = 14 * 24 * 60
START = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING = timedelta(0)
NIGHT = 720.0
PUBLISHED: dict[str, tuple[float, ...]] = {
    "14 nights": (NIGHT,) * 14,
    "14 days of a night and 3 gaps of 45 minutes": (NIGHT, 45.0, 45.0, 45.0) * 14,
    "14 days of 20 gaps of 20 minutes": (20.0,) * 280,
    "office hours, 2 weeks": ((14 * 60.0,) * 4 + (62 * 60.0,)) * 2,
}
_WAKE = timedelta(minutes=WAKE_MINUTES)
NEWEST = 100
"""Gaps that a forecast gets to see, and what was saved in them (berth_aws.component_rows)."""


def always_on(trace: Iterable[float]) -> float:
    return sum(trace)


def target_tracking(trace: Iterable[float]) -> float:
    release = DETECTION_MINUTES + RELEASE.total_seconds() / 60
    return sum(gap if gap <= DETECTION_MINUTES else min(gap, release) + WAKE_MINUTES for gap in trace)


def by_schedule(trace: Iterable[float]) -> float:
    """Orders, not guesses: no detection, and the wake is over when the gap is (`ready_by`)."""
    return sum(min(gap, RELEASE.total_seconds() / 60) + WAKE_MINUTES for gap in trace)


def by_forecast(trace: Iterable[float], idle_minutes: int) -> float:
    """What the gaps cost if each is parked when the service's rule says so. Gaps that no alarm notices aren't known."""
    lived = lived_through(trace, idle_minutes)
    return sum(length - saved for length, saved in lived)


def lived_through(trace: Iterable[float], idle_minutes: int) -> list[tuple[float, float]]:
    """Each gap's length, and the minutes that parking saved in it; negative where a wake was lost."""
    known: deque[timedelta] = deque(maxlen=NEWEST)
    saved: deque[timedelta] = deque([NOTHING] * NEWEST, maxlen=NEWEST)
    earned = NOTHING
    lived: list[tuple[float, float]] = []
    for length in trace:
        if length <= idle_minutes:
            lived.append((length, 0.0))
            continue
        gap = timedelta(minutes=length)
        after, _ = parks_after(known, earned, timedelta(minutes=idle_minutes), _WAKE)
        ours = gap_saved(_parked(gap, after), _WAKE) if after is not None and after < gap else NOTHING
        earned += ours - saved[0]
        known.append(gap)
        saved.append(ours)
        lived.append((length, ours / timedelta(minutes=1)))
    return lived


def _parked(gap: timedelta, after: timedelta) -> Gap:
    return Gap(started_at=START, parked_at=START + after, ended_at=START + gap)


def drawn(kind: str, seed: int, longest_mean: float = 60) -> tuple[float, ...]:
    """A fortnight's gaps of a kind, up to `longest_mean` minutes in the mean; the same seed draws the same."""
    return tuple(DRAWN[kind](Random(f"{kind} {seed}"), longest_mean))


def _at_random(random: Random, longest: float) -> list[float]:
    """Calls that know nothing of each other, one every 1 to `longest` minutes in the mean."""
    mean = math.exp(random.uniform(0, math.log(longest)))
    return _until_over(random, lambda _: random.expovariate(1 / mean))


def _bursty(random: Random, longest: float) -> list[float]:
    """3 to 40 calls, some minutes apart, then a pause of 5 to `longest` minutes in the mean."""
    within, between = random.uniform(0.5, 8), random.uniform(5, longest)
    share = 1 / random.randint(3, 40)
    return _until_over(random, lambda _: random.expovariate(1 / (between if random.random() < share else within)))


def _drifting(random: Random, longest: float) -> list[float]:
    """At random, and rarer or more frequent from day to day."""
    first, last = random.uniform(2, longest), random.uniform(2, longest)
    return _until_over(random, lambda share: random.expovariate(1 / (first + (last - first) * share)))


def _until_over(random: Random, draw: Callable[[float], float]) -> list[float]:
    gaps: list[float] = []
    passed = 0.0
    while passed < FORTNIGHT_MINUTES:
        gaps.append(draw(passed / FORTNIGHT_MINUTES))
        passed += gaps[-1] + random.uniform(0.1, 2)
    return gaps


DRAWN: dict[str, Callable[[Random, float], list[float]]] = {
    "at random": _at_random,
    "bursty": _bursty,
    "drifting": _drifting,
}
