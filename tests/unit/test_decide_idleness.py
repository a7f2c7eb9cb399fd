"""Whether parking is worth it: no pattern of calls costs more than one wake above staying on."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from berth_core.decide.idleness import RELEASE, Forecast, balance, forecast, gap_saved, gap_to_keep, idle_since
from berth_core.facts import AlarmSeen, Gap
from berth_core.manifest import Idle
from tests.unit.component_facts import MINUTE, NOW, SCALING, alarms, carried_out, component, idle, seen

WAKE = timedelta(minutes=10)
IDLE = Idle(minutes=15)
START = NOW - timedelta(hours=2)


def lived_through(lengths: list[int]) -> list[Gap]:
    """Each gap is left on until the forecast says park, or it ends: minute by minute."""
    gaps: list[Gap] = []
    now = START
    for length in lengths:
        now += timedelta(minutes=1)
        began, parked = now, None
        looked = seen(SCALING, reserved=False, plans=(), now=began, attempts=(), gaps=tuple(gaps[::-1]))
        for age in range(IDLE.minutes, length):
            if forecast(looked.model_copy(update={"now": began + age * MINUTE}), IDLE, began).worth_it:
                parked = began + age * MINUTE
                break
        now = began + length * MINUTE
        gaps.append(Gap(started_at=began, ended_at=now, parked_at=parked))
    return gaps


@settings(max_examples=60)
@given(st.lists(st.integers(1, 90), max_size=8))
def test_no_pattern_costs_more_than_one_wake_above_staying_on_at_any_time(lengths: list[int]) -> None:
    gaps = lived_through(lengths)
    for count in range(len(gaps) + 1):
        assert balance(tuple(gaps[:count]), WAKE) >= -WAKE


def test_bursts_are_not_parked_and_cost_nothing() -> None:
    assert all(gap.parked_at is None for gap in lived_through([25] * 10))


def test_a_lost_wake_is_not_risked_again() -> None:
    gaps = lived_through([245, 600, 600])
    assert [gap.parked_at is not None for gap in gaps] == [True, False, False]
    assert balance(tuple(gaps), WAKE) == -WAKE + MINUTE * 0


def test_what_was_saved_pays_for_parking_as_the_gaps_known_say() -> None:
    gaps = lived_through([600, 600, 600])
    waited = [gap.parked_at - gap.started_at for gap in gaps if gap.parked_at]
    assert waited == [240 * MINUTE, 15 * MINUTE, 15 * MINUTE]


def test_the_age_that_would_have_saved_the_most_leaves_short_gaps_alone() -> None:
    gaps = lived_through([20] * 12 + [600] + [20] * 12 + [600])
    parked = {count: gap.parked_at - gap.started_at for count, gap in enumerate(gaps) if gap.parked_at}
    assert parked == {12: 240 * MINUTE, 25: 20 * MINUTE}


def test_a_first_gap_has_to_be_longer_than_those_that_are_usual() -> None:
    assert [gap.parked_at is not None for gap in lived_through([30, 355])] == [False, False]
    assert [gap.parked_at is not None for gap in lived_through([30, 365])] == [False, True]


def test_without_a_gap_worth_it_only_a_longer_one_than_all_is_parked() -> None:
    earned = Gap(started_at=START, ended_at=START + 45 * MINUTE, parked_at=START + 15 * MINUTE)
    short = tuple(Gap(started_at=START + each * MINUTE, ended_at=START + (each + 30) * MINUTE) for each in range(5))
    looked = seen(SCALING, reserved=False, plans=(), attempts=(), gaps=(*short, earned))
    told = forecast(looked, IDLE, NOW - MINUTE)
    assert told.at == NOW + 44 * MINUTE
    assert told.reason == "no gap known was worth it, and one beyond 45 is longer than all"


def test_long_nights_park_every_time() -> None:
    assert all(gap.parked_at is not None for gap in lived_through([600, 600, 600]))


def test_what_a_gap_saved_follows_the_model() -> None:
    gap = Gap(started_at=START, ended_at=START + 60 * MINUTE, parked_at=START + 20 * MINUTE)
    assert gap_saved(gap, WAKE) == 60 * MINUTE - (20 * MINUTE + RELEASE) - WAKE
    short = gap.model_copy(update={"ended_at": START + 21 * MINUTE})
    assert gap_saved(short, WAKE) == -WAKE
    assert gap_saved(gap.model_copy(update={"parked_at": None}), WAKE) == timedelta(0)
    assert gap_saved(gap.model_copy(update={"ended_at": None}), WAKE) == timedelta(0)


def test_the_forecast_says_when_to_look_again() -> None:
    looked = seen(SCALING, reserved=False, plans=())
    told = forecast(looked, IDLE, NOW - MINUTE)
    why = "parking and waking takes 20 minutes, and as long as it has saved nothing, it begins after 240"
    assert told == Forecast(worth_it=False, reason=why, at=NOW + 239 * MINUTE)


class TestObserved:
    def test_nobody_calls_since_the_alarms_period_began(self) -> None:
        assert idle_since(idle(seen(SCALING), NOW - 40 * MINUTE)) == NOW - 40 * MINUTE

    def test_nothing_is_idle_that_has_no_copies_or_no_alarm(self) -> None:
        assert idle_since(seen(SCALING, alarms=())) is None
        none = (component(desired_copies=0, current_copies=0),)
        assert idle_since(idle(seen(SCALING, components=none), NOW - 40 * MINUTE)) is None

    def test_an_alarm_that_was_just_put_says_nothing(self) -> None:
        new = AlarmSeen(kind="idle", component="llama-8b", minutes=15, state="INSUFFICIENT_DATA", since=NOW)
        looked = seen(SCALING).model_copy(update={"alarms": (new,)})
        assert idle_since(looked) is None
        assert gap_to_keep(looked) is None

    def test_a_gap_is_opened_parked_and_closed(self) -> None:
        quiet = idle(seen(SCALING), NOW - 40 * MINUTE)
        opened = gap_to_keep(quiet)
        assert opened == Gap(started_at=NOW - 40 * MINUTE)
        known = quiet.model_copy(update={"gaps": (opened,)})
        assert gap_to_keep(known) is None
        none = (component(desired_copies=0, current_copies=0),)
        parked = gap_to_keep(known.model_copy(update={"components": none}))
        assert parked == Gap(started_at=NOW - 40 * MINUTE, parked_at=NOW)
        called = seen(SCALING, gaps=(parked,))
        assert called.alarms[-1].state == "OK"
        at = called.alarms[-1].since
        assert gap_to_keep(called) == parked.model_copy(update={"ended_at": max(at, parked.started_at)})

    def test_a_refused_call_ends_a_gap(self) -> None:
        looked = seen(SCALING, gaps=(Gap(started_at=NOW - 60 * MINUTE, parked_at=NOW - 30 * MINUTE),))
        refused = looked.model_copy(
            update={"alarms": alarms(looked, idle_since=NOW - 60 * MINUTE, refused_at=NOW - MINUTE)}
        )
        kept = gap_to_keep(refused)
        assert kept is not None
        assert kept.ended_at == NOW - MINUTE

    def test_after_a_gap_that_has_ended_the_next_one_is_another(self) -> None:
        ended = Gap(started_at=NOW - 90 * MINUTE, ended_at=NOW - 80 * MINUTE)
        quiet = idle(seen(SCALING, gaps=(ended,)), NOW - 40 * MINUTE)
        assert gap_to_keep(quiet) == Gap(started_at=NOW - 40 * MINUTE)

    @pytest.mark.parametrize(
        ("over", "counts"),
        [
            ({"kind": "scale", "rung": "wake"}, True),
            ({"kind": "deploy"}, True),
            ({"kind": "deploy", "done": False}, False),
            ({"kind": "scale"}, False),
        ],
        ids=["woken", "deployed", "not deployed", "scaled"],
    )
    def test_what_was_brought_up_has_its_full_minutes_before_it_is_idle(
        self, over: dict[str, Any], counts: bool
    ) -> None:
        before = carried_out(at=NOW - 25 * MINUTE, kind="deploy")
        up = carried_out(at=NOW - 20 * MINUTE, **over)
        quiet = idle(seen(SCALING, attempts=(up, before)), NOW - 40 * MINUTE)
        since = NOW - (20 if counts else 25) * MINUTE
        assert (idle_since(quiet), gap_to_keep(quiet)) == (since, Gap(started_at=since))

    def test_without_alarms_there_are_no_gaps(self) -> None:
        assert gap_to_keep(seen()) is None
