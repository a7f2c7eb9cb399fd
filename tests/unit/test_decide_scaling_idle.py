"""Copies of inference components that nobody calls: parked only where it pays."""

from datetime import timedelta
from typing import Any

from berth_core.decide.awaiting import awaited
from berth_core.decide.intent import Intent
from berth_core.facts import Gap
from tests.builders import P5, decide, plan
from tests.unit.component_facts import (
    BASE_DONE,
    HOUR,
    LLAMA,
    MINUTE,
    NOW,
    SCALING,
    alarms,
    carried_out,
    component,
    idle,
    seen,
)


class TestIdle:
    def test_on_the_reservation_it_holds_and_says_why(self) -> None:
        decision = decide(idle(seen(SCALING), NOW - HOUR))
        assert (decision.code, decision.next_at) == ("IdleOnReservation", NOW + 15 * MINUTE)
        assert "parking would save nothing: the reservation is paid for" in decision.reason

    def test_on_the_reservation_it_parks_if_another_waits_for_the_instances(self) -> None:
        decision = decide(idle(seen(SCALING), NOW - HOUR, waiting=("mixtral",)))
        assert (decision.rung, decision.target) == ("park", "parked as nobody called")
        assert decision.reason.endswith("and mixtral waits for the instances")
        assert not decision.scaling[0].suspended

    def test_copies_without_an_instance_are_not_idle_but_wait_for_it(self) -> None:
        full = (plan(available_count=0),)
        called = idle(seen(SCALING, plans=full, components=(component(current_copies=0),)), NOW - HOUR)
        decision = decide(called)
        assert (decision.code, decision.next_at) == ("WaitingForRoom", NOW + 5 * MINUTE)
        text = "SageMaker found no instance for all copies of llama-8b: plan p5-for-eval has 0 of 2 free"
        assert decision.reason == text
        assert awaited(called) == ("p5-for-eval",)

    def test_on_on_demand_they_wait_for_no_plan(self) -> None:
        called = seen(SCALING, reserved=False, plans=(), components=(component(current_copies=0),))
        assert decide(called).reason.endswith("llama-8b: none on on-demand")
        assert awaited(called) == ()

    def test_copies_on_their_way_wait_for_nobody(self) -> None:
        coming = seen(SCALING, components=(component(status="Updating", current_copies=0),))
        assert (decide(coming).code, awaited(coming)) == ("InTransition", ())

    def test_who_leaves_the_plan_waits_for_no_room_on_it(self) -> None:
        renamed = {"reservation": {"plans": ["another"], "instance_type": P5}}
        called = seen(SCALING, manifest=renamed, components=(component(current_copies=0),))
        assert awaited(called) == ()

    def test_nobody_calling_brings_nothing_up_and_goes_no_lower_than_the_manifest(self) -> None:
        four = [{"name": name, "model": "my-model", "copies": 4, "max_copies": 4} for name in ("a", "b", "c", "d")]
        four[3]["min_copies"] = 2
        copies = {"a": 4, "b": 1, "c": 0, "d": 4}
        there = [component(name=name, desired_copies=n, current_copies=n) for name, n in copies.items()]
        scaling = {**SCALING, "idle": {"minutes": 15, "copies": 1}}
        looked = seen(scaling, manifest={"components": four}, components=tuple(there))
        decision = decide(idle(looked, NOW - HOUR, waiting=("mixtral",)))
        assert {each.name: each.copies for each in decision.components} == {"a": 1, "b": 1, "c": 0, "d": 2}
        few = {each.name: each.copies for each in decision.components}
        after = [
            each.model_copy(update={"desired_copies": few[each.name], "current_copies": few[each.name]})
            for each in there
        ]
        parked = (carried_out("parked as nobody called", NOW - MINUTE), carried_out())
        rests = seen(scaling, manifest={"components": four}, components=tuple(after), attempts=parked)
        assert decide(idle(rests, NOW - HOUR, waiting=("mixtral",))).code == "AsWanted"

    def test_not_before_its_minutes_are_over_since_it_was_woken(self) -> None:
        woken = carried_out(BASE_DONE, NOW - 5 * MINUTE, rung="wake")
        decision = decide(idle(seen(SCALING, attempts=(woken,)), NOW - 9 * HOUR))
        assert (decision.code, decision.next_at) == ("Idle", NOW + 10 * MINUTE)

    def test_a_call_just_refused_is_a_call(self) -> None:
        looked = seen(SCALING)
        refused = alarms(looked, idle_since=NOW - 9 * HOUR, refused_at=NOW - MINUTE)
        assert decide(looked.model_copy(update={"alarms": refused})).next_at == NOW + 14 * MINUTE

    def test_parked_is_parked(self) -> None:
        parked = (carried_out("parked as nobody called", NOW - MINUTE), carried_out())
        looked = seen(SCALING, attempts=parked, components=(component(desired_copies=0, current_copies=0),))
        assert decide(idle(looked, NOW - HOUR)).code == "AsWanted"

    def test_somebody_calls_one_of_two(self) -> None:
        two = [LLAMA, {"name": "other", "model": "my-model"}]
        components = (component(), component(name="other", desired_copies=1, current_copies=1))
        looked = idle(seen(SCALING, manifest={"components": two}, components=components), NOW - HOUR)
        called = tuple(
            each.model_copy(update={"state": "OK"}) if (each.kind, each.component) == ("idle", "other") else each
            for each in looked.alarms
        )
        assert decide(looked.model_copy(update={"alarms": called})).code == "AsWanted"

    def off(self, age: timedelta, *gaps: Gap, **over: Any) -> Any:
        looked = idle(seen(SCALING, reserved=False, plans=(), **over), NOW - age)
        return decide(looked.model_copy(update={"gaps": gaps}))

    def gap(self, minutes: int, parked: int | None = None) -> Gap:
        began = NOW - 2 * HOUR
        return Gap(
            started_at=began,
            ended_at=began + minutes * MINUTE,
            parked_at=began + parked * MINUTE if parked is not None else None,
        )

    def test_off_the_reservation_the_first_to_be_parked_has_to_last_far_beyond_the_break_even(self) -> None:
        decision = self.off(239 * MINUTE)
        assert (decision.code, decision.next_at) == ("StaysOn", NOW + MINUTE)
        assert "parking and waking takes 20 minutes, and as long as it has saved nothing" in decision.reason
        parked = self.off(240 * MINUTE)
        assert (parked.kind, parked.rung) == ("scale", "park")

    def test_the_machine_that_carries_it_out_decides_the_same(self) -> None:
        looked = idle(seen(SCALING, reserved=False, plans=()), NOW - 5 * HOUR)
        assert decide(looked, Intent(kind="scale")) == decide(looked)
        assert decide(looked).kind == "scale"

    def test_it_stays_on_if_gaps_are_known_to_end_too_soon(self) -> None:
        earned = self.gap(300, parked=200)
        decision = self.off(20 * MINUTE, earned, *[self.gap(30)] * 60)
        assert (decision.code, decision.next_at) == ("StaysOn", NOW + 10 * MINUTE)
        assert "parking at 30 minutes would have saved 250 over the 61 gaps known" in decision.reason

    def test_it_parks_at_once_if_gaps_are_known_to_last(self) -> None:
        assert self.off(15 * MINUTE, self.gap(300, parked=200), self.gap(400)).kind == "scale"

    def test_a_lost_wake_is_not_risked_again_before_it_is_earned_back(self) -> None:
        lost = self.gap(21, parked=20)
        decision = self.off(HOUR, lost)
        assert (decision.code, decision.next_at) == ("StaysOn", NOW + HOUR)
        assert "parking has cost 10 more minutes than it has saved" in decision.reason
        assert self.off(HOUR, self.gap(60, parked=20), lost).kind == "scale"
