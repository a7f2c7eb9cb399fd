"""Whether parking is worth it: no pattern of calls costs more than one wake above staying on."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from berth_core.decide.idleness import RELEASE, Forecast, balance, forecast, gap_saved, gap_to_keep, idle_since
from berth_core.facts import AlarmSeen, Gap
from berth_core.manifest import Idle
from tests.unit.component_facts import MINUTE, NOW, SCALING, alarms, component, idle, seen

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
        for age in range(IDLE.minutes, length):
            looked = seen(
                SCALING, reserved=False, plans=(), now=began + age * MINUTE, attempts=(), gaps=tuple(gaps[::-1])
            )
            if forecast(looked, IDLE, began).worth_it:
                parked = began + age * MINUTE
                break
        now = began + length * MINUTE
        gaps.append(Gap(started_at=began, ended_at=now, parked_at=parked))
    return gaps


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 90), max_size=8))
def test_no_pattern_costs_more_than_one_wake_above_staying_on_at_any_time(lengths: list[int]) -> None:
    gaps = lived_through(lengths)
    for count in range(len(gaps) + 1):
        assert balance(tuple(gaps[:count]), WAKE) >= -WAKE


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 200), st.integers(1, 6))
def test_gaps_of_one_length_cost_no_more_than_one_wake_and_save_if_they_are_long(length: int, count: int) -> None:
    saved = balance(tuple(lived_through([length] * count)), WAKE)
    assert saved >= (-WAKE if length < 40 else timedelta(0))
    if length > 60:
        assert saved > timedelta(0)


def test_bursts_are_learnt_after_one_lost_wake() -> None:
    gaps = lived_through([25] * 10)
    assert [gap.parked_at is not None for gap in gaps] == [True, *[False] * 9]


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
    assert told == Forecast(
        worth_it=False, reason="idle for 1 minutes, parking and waking takes 20", at=NOW + 19 * MINUTE
    )


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

    def test_without_alarms_there_are_no_gaps(self) -> None:
        assert gap_to_keep(seen()) is None
