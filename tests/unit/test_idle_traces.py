"""What the traces cost by the service's own rule: at most one wake above staying on, whatever they are."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal import idle_costs
from rehearsal.idle_traces import (
    DRAWN,
    PUBLISHED,
    WAKE_MINUTES,
    always_on,
    by_forecast,
    by_schedule,
    drawn,
    lived_through,
    target_tracking,
)

DAYS = ("14 nights", "office hours, 2 weeks")
ROUNDING = 1e-6


@pytest.mark.parametrize("idle_minutes", [1, 5, 15])
@pytest.mark.parametrize("name", PUBLISHED)
def test_no_published_trace_costs_more_than_staying_on(name: str, idle_minutes: int) -> None:
    assert by_forecast(PUBLISHED[name], idle_minutes) <= always_on(PUBLISHED[name]) + ROUNDING


def test_the_page_is_in_step_with_the_rule() -> None:
    """Of the drawn traces, which take minutes, only that all are there."""
    page = idle_costs.PAGE.read_text(encoding="utf-8")
    assert page.startswith(idle_costs.published()), "make idle-costs writes docs/idle-costs.md anew"
    drawn_means = re.findall(rf"^\| ({'|'.join(DRAWN)}) \| (\d+) min \|", page, re.MULTILINE)
    means = (idle_costs.LONGEST_MEANS[0], *idle_costs.LONGEST_MEANS)
    assert drawn_means == [(kind, str(longest)) for longest in means for kind in DRAWN]


@pytest.mark.parametrize("kind", DRAWN)
def test_no_drawn_trace_costs_more_than_one_wake_above_staying_on(kind: str) -> None:
    """Few do at all (docs/idle-costs.md). Which, nobody can know beforehand."""
    for seed in idle_costs.HELD_OUT[:4]:
        trace = drawn(kind, seed, 240)
        assert by_forecast(trace, 15) <= always_on(trace) + WAKE_MINUTES + ROUNDING


@settings(max_examples=60)
@given(st.lists(st.floats(1, 2000, allow_nan=False), max_size=40), st.sampled_from([1, 15, 60]))
def test_no_trace_at_all_costs_more_than_one_wake_above_staying_on_at_any_time(trace: list[float], idle: int) -> None:
    saved = 0.0
    for _, each in lived_through(trace, idle):
        saved += each
        assert saved >= -WAKE_MINUTES - ROUNDING


def test_who_ends_each_gap_when_it_was_parked_wins_one_wake_and_no_more() -> None:
    """Made against the rule: the next gap ends a moment after it would be parked."""
    trace: list[float] = []
    for _ in range(30):
        endless = lived_through([*trace, 1_000_000.0], 15)[-1]
        parked_after = endless[0] - endless[1] - 10 - WAKE_MINUTES
        trace.append(min(parked_after + 0.01, 5_000.0))
    assert by_forecast(trace, 15) == pytest.approx(always_on(trace) + WAKE_MINUTES)


@pytest.mark.parametrize("name", DAYS)
def test_nights_and_office_hours_by_schedule_cost_about_half_of_target_tracking(name: str) -> None:
    assert by_schedule(PUBLISHED[name]) <= 0.55 * target_tracking(PUBLISHED[name])


def test_the_model_gives_the_published_figures() -> None:
    published = list(PUBLISHED.values())[:3]
    assert [round(always_on(trace)) for trace in published] == [10_080, 11_970, 5_600]
    assert [round(target_tracking(trace)) for trace in published] == [406, 1_626, 6_728]
