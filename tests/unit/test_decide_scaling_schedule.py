"""Copies of inference components as the schedule says: parked, and woken in time."""

from datetime import datetime
from typing import Any

from tests.builders import attempt, decide
from tests.unit.component_facts import FRIDAY, HOUR, MINUTE, MONDAY, NOW, SCALING, WEEKEND, carried_out, component, seen


class TestSchedule:
    def at(self, now: datetime, *attempts: Any, wake: bool = True, **over: Any) -> Any:
        scaling = {"schedule": WEEKEND, "wake": wake}
        return decide(seen(scaling, now=now, attempts=attempts, **over))

    def test_friday_evening_in_berlin_parks(self) -> None:
        before = self.at(FRIDAY - MINUTE, carried_out("2 copies from 2026-03-02 06:00 UTC", FRIDAY - 90 * HOUR))
        assert (before.code, before.next_at) == ("AsWanted", FRIDAY)
        decision = self.at(FRIDAY)
        assert (decision.rung, decision.target) == ("park", "0 copies from 2026-03-06 17:00 UTC")
        assert decision.reason == "the schedule's 0 18 ? * FRI * (Europe/Berlin)"

    def test_a_missed_wake_up_changes_when_and_not_what(self) -> None:
        assert self.at(FRIDAY + 30 * HOUR).target == "0 copies from 2026-03-06 17:00 UTC"

    def test_a_call_may_wake_what_the_schedule_parked_if_wake_says_so(self) -> None:
        assert not self.at(FRIDAY).scaling[0].suspended
        parked = carried_out("0 copies from 2026-03-06 17:00 UTC", FRIDAY + 5 * MINUTE)
        woken = self.at(FRIDAY + 9 * HOUR, parked, components=(component(desired_copies=1, current_copies=1),))
        assert woken.code == "AsWanted"

    def test_without_wake_the_schedules_zero_is_held(self) -> None:
        assert self.at(FRIDAY, wake=False).scaling == () or self.at(FRIDAY, wake=False).scaling[0].suspended
        parked = carried_out("0 copies from 2026-03-06 17:00 UTC", FRIDAY + 5 * MINUTE)
        decision = self.at(FRIDAY + HOUR, parked, wake=False)
        assert (decision.rung, decision.components[0].copies) == ("park", 0)

    def test_ready_by_begins_early_by_the_default_until_there_are_five_wakes(self) -> None:
        parked = carried_out("0 copies from 2026-03-06 17:00 UTC", FRIDAY + 5 * MINUTE)
        none = (component(desired_copies=0, current_copies=0),)
        early = self.at(MONDAY - 11 * MINUTE, parked, components=none)
        assert (early.code, early.next_at) == ("AsWanted", MONDAY - 10 * MINUTE)
        decision = self.at(MONDAY - 10 * MINUTE, parked, components=none)
        assert (decision.rung, decision.copies) == ("wake", 2)

    def test_ready_by_begins_early_by_what_wakes_took_here(self) -> None:
        parked = carried_out("0 copies from 2026-03-06 17:00 UTC", FRIDAY + 5 * MINUTE)
        at = FRIDAY - 24 * HOUR
        wakes = [carried_out("x", at, rung="wake", started_at=at - minutes * MINUTE) for minutes in (4, 5, 6, 7, 23)]
        none = (component(desired_copies=0, current_copies=0),)
        assert self.at(MONDAY - 24 * MINUTE, parked, *wakes, components=none).next_at == MONDAY - 23 * MINUTE
        assert self.at(MONDAY - 23 * MINUTE, parked, *wakes, components=none).rung == "wake"

    def test_once_begun_a_wake_is_not_undone_when_it_proves_faster_than_thought(self) -> None:
        at = MONDAY - 8 * MINUTE
        woken = carried_out("2 copies from 2026-03-09 06:00 UTC", at, rung="wake", started_at=at - 2 * MINUTE)
        others = [carried_out("x", FRIDAY - 24 * HOUR, rung="wake", started_at=FRIDAY - 24 * HOUR - MINUTE)] * 4
        assert self.at(MONDAY - 6 * MINUTE, woken, *others).code == "AsWanted"

    def test_two_rules_at_the_same_time_the_later_in_the_list_counts(self) -> None:
        both = [{"cron": "0 18 ? * FRI *", "copies": 1}, {"cron": "0 18 ? * FRI *", "copies": 3}]
        assert decide(seen({"schedule": both}, now=FRIDAY + 2 * HOUR)).copies == 3

    def test_a_rule_that_never_was_due_leaves_it_to_the_manifest(self) -> None:
        future = [{"cron": "0 0 1 1 ? 2030", "copies": 0}]
        decision = decide(seen({"schedule": future}))
        assert decision.code == "AsWanted"

    def test_an_order_older_than_all_that_is_remembered_is_not_given_again(self) -> None:
        many = tuple(attempt(ended_at=NOW - MINUTE, started_at=NOW - 2 * MINUTE) for _ in range(50))
        assert decide(seen(SCALING, attempts=many)).code == "AsWanted"
