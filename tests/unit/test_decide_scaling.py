"""Copies of inference components: declared, ordered, parked when nobody calls, and told apart from what others do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decisions import Hold, Refuse, Scale
from berth_core.facts import Gap, Override
from tests.builders import END, attempt, endpoint, reconcile, registration, snapshot, stay
from tests.unit.component_facts import (
    BASE_DONE,
    LLAMA,
    MINUTE,
    NOW,
    SCALING,
    alarms,
    carried_out,
    component,
    deployed,
    idle,
    seen,
)

HOUR = timedelta(hours=1)
WEEKEND = [
    {"cron": "0 18 ? * FRI *", "timezone": "Europe/Berlin", "copies": 0},
    {"cron": "0 7 ? * MON *", "timezone": "Europe/Berlin", "copies": 2, "ready_by": True},
]
FRIDAY = datetime(2026, 3, 6, 17, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 6, tzinfo=UTC)


def decide(looked: Any, intent: Intent | None = None) -> Any:
    return decide_deployment(looked, intent or reconcile())


def by_hand(**given: Any) -> Intent:
    return Intent.model_validate({"kind": "scale", **given})


class TestDeclared:
    def test_all_as_wanted_is_a_hold_with_the_copies(self) -> None:
        decision = decide(seen())
        assert (decision.kind, decision.code) == ("hold", "AsWanted")
        assert decision.reason.endswith("; copies: llama-8b 2")

    def test_what_is_missing_is_made_with_its_copies(self) -> None:
        decision = decide(seen(components=(), attempts=()))
        assert isinstance(decision, Scale)
        assert [(each.name, each.copies) for each in decision.components] == [("llama-8b", 2)]
        assert (decision.rung, decision.target) == ("wake", BASE_DONE)

    def test_what_has_gone_since_is_made_anew_and_the_others_keep_their_copies(self) -> None:
        two = [LLAMA, {"name": "other", "model": "my-model"}]
        looked = seen(
            SCALING, manifest={"components": two}, components=(component(desired_copies=3, current_copies=3),)
        )
        decision = decide(looked)
        assert [(each.name, each.copies) for each in decision.components] == [("llama-8b", None), ("other", 1)]
        assert decision.reason == "other is not there"

    @pytest.mark.parametrize(
        ("over", "why"),
        [
            ({"model": "old"}, "llama-8b serves old, my-model is wanted"),
            ({"accelerators": 2}, "llama-8b has 2 accelerators and 1024 MB, wanted: 1 accelerators and 1024 MB"),
            ({"memory_mb": 512}, "llama-8b has 1 accelerators and 512 MB, wanted: 1 accelerators and 1024 MB"),
            ({"status": "Failed", "failure_reason": "out of memory"}, "llama-8b Failed (out of memory)"),
            ({"status": "Failed"}, "llama-8b Failed (no reason given)"),
        ],
    )
    def test_what_differs_is_put_right(self, over: dict[str, Any], why: str) -> None:
        decision = decide(seen(components=(component(**over),)))
        assert (decision.kind, decision.reason.split(";")[0]) == ("scale", why)

    def test_a_component_that_fails_again_and_again_is_left_to_a_person(self) -> None:
        broken = (component(status="Failed", current_copies=0, failure_reason="no health check"),)
        tries = [
            carried_out(at=NOW - 61 * MINUTE, done=False, code="ComponentFailed"),
            carried_out(at=NOW - 61 * MINUTE, done=False, code="NoRoom"),
        ]
        resting = decide(seen(components=broken, attempts=(tries[0],) * 4))
        assert (resting.kind, resting.reason) == (
            "scale",
            "the manifest's own copies; llama-8b Failed (no health check)",
        )
        given_up = decide(seen(components=broken, attempts=(tries[0],) * 5))
        assert (given_up.code, given_up.next_at) == ("GaveUp", END - 2 * HOUR)
        assert given_up.reason.startswith("the manifest's own copies; llama-8b Failed (no health check); it failed 5")
        assert decide(seen(components=broken, attempts=(tries[0],) * 5), by_hand()).kind == "scale"
        assert decide(seen(components=broken, attempts=(tries[1],) * 5)).kind == "scale"

    def test_the_schedules_next_rule_is_not_slept_through(self) -> None:
        broken = (component(status="Failed", current_copies=0),)
        tries = (carried_out("2 copies from 2026-03-02 06:00 UTC", NOW, done=False, code="ComponentFailed"),) * 5
        scaling = {"schedule": WEEKEND}
        decision = decide(seen(scaling, now=FRIDAY - HOUR, components=broken, attempts=tries, plans=(), reserved=False))
        assert (decision.code, decision.next_at) == ("GaveUp", FRIDAY)

    def test_what_the_manifest_no_longer_names_goes_but_a_strangers_component_stays(self) -> None:
        others = (component(), component(name="old"), component(name="theirs", ours=False))
        decision = decide(seen(components=others))
        assert decision.reason == "old is not in the manifest any more"
        assert [each.name for each in decision.components] == ["llama-8b"]
        assert decide(seen(components=(others[0], others[2]))).code == "AsWanted"

    def test_a_stranger_of_our_name_is_left_alone_until_it_is_handed_over(self) -> None:
        decision = decide(seen(components=(component(ours=False),)))
        assert (decision.code, decision.next_at) == ("WaitingForAdoption", NOW + HOUR)
        assert "tag it berth:stack=berth and berth:deployment=llama-eval" in decision.reason

    def test_a_component_on_its_way_is_waited_for(self) -> None:
        decision = decide(seen(components=(component(status="Updating", current_copies=1),)))
        assert (decision.code, decision.next_at) == ("InTransition", NOW + MINUTE)
        assert "llama-8b is Updating: 1 of 2 copies" in decision.reason

    def test_without_scaling_another_number_of_copies_is_drift(self) -> None:
        decision = decide(seen(components=(component(desired_copies=1, current_copies=1),)))
        assert decision.reason == "llama-8b has 1 copies, wanted: 2"

    def test_with_scaling_the_number_of_copies_is_auto_scalings(self) -> None:
        assert decide(seen(SCALING, components=(component(desired_copies=4, current_copies=4),))).code == "AsWanted"

    def test_scaling_that_is_not_set_up_is_set_up(self) -> None:
        decision = decide(seen(SCALING).model_copy(update={"scaling": (), "alarms": ()}))
        assert decision.reason == "the scaling of llama-8b is not as wanted"
        assert decision.components[0].copies is None
        spec = decision.scaling[0]
        assert (spec.min_copies, spec.max_copies, spec.target_concurrency) == (1, 4, 5)
        assert (spec.wakes, spec.idle_minutes, spec.suspended) == (True, 15, False)

    def test_what_a_call_has_woken_is_not_brought_to_zero_by_auto_scaling(self) -> None:
        looked = seen(SCALING)
        target = looked.scaling[0].model_copy(update={"min_copies": 0})
        decision = decide(looked.model_copy(update={"scaling": (target,)}))
        assert decision.reason == "llama-8b scales between 0 and 4 copies, wanted: 1 to 4"
        assert decision.scaling[0].min_copies == 1

    def test_scaling_that_the_manifest_no_longer_asks_for_goes(self) -> None:
        looked = seen(SCALING)
        bare = looked.model_copy(update={"deployment": deployed()})
        decision = decide(bare)
        assert (decision.reason, decision.scaling) == ("the scaling of llama-8b is not wanted", ())

    def test_an_endpoint_for_a_model_can_not_be_made_one_for_components(self) -> None:
        decision = decide(snapshot(deployment=deployed(), endpoint=endpoint()))
        assert (decision.kind, decision.code) == ("refuse", "NotSupported")
        assert "the endpoint is for a model, the manifest names components" in decision.reason
        back = decide(seen().model_copy(update={"deployment": registration()}))
        assert "the endpoint is for components, the manifest names a model" in back.reason

    def test_another_limit_of_instances_is_another_config_and_never_a_resize(self) -> None:
        more = {"plans": ["p5-for-eval"], "instance_type": "ml.p5.48xlarge", "instance_count": 2}
        looked = seen().model_copy(update={"deployment": deployed(reservation=more)})
        assert decide(looked).kind == "rotate"

    def test_instances_that_come_and_go_with_the_copies_are_no_drift(self) -> None:
        looked = seen()
        assert looked.endpoint is not None
        empty = looked.endpoint.variants[0].model_copy(update={"current_count": 0, "desired_count": 0})
        gone = looked.model_copy(update={"endpoint": looked.endpoint.model_copy(update={"variants": (empty,)})})
        assert decide(gone).code == "AsWanted"


class TestByHand:
    def test_zero_parks_all_components_and_nothing_wakes_them(self) -> None:
        decision = decide(seen(SCALING), by_hand(copies=0))
        assert (decision.rung, decision.copies, decision.target) == (
            "park",
            0,
            "0 copies by hand at 2026-03-03 14:30 UTC",
        )
        assert [each.copies for each in decision.components] == [0]
        assert decision.scaling[0].suspended
        assert decision.scaling[0].min_copies == 0
        assert not decision.scaling[0].wakes  # its alarm would fire with every refused call, for nothing

    def test_more_than_the_manifest_allows_is_refused_with_the_way_out(self) -> None:
        decision = decide(seen(), by_hand(copies=5))
        assert (decision.kind, decision.code) == ("refuse", "TooManyCopies")
        assert decision.reason == "copies asked: 5; llama-8b has max_copies 4: raise it in the manifest"

    def test_recreating_deletes_and_makes_anew(self) -> None:
        decision = decide(seen(), by_hand(copies=2, method="delete_and_recreate"))
        assert (decision.action, [each.copies for each in decision.components]) == ("recreate", [2])

    def test_recreating_with_zero_leaves_nothing_behind(self) -> None:
        decision = decide(seen(SCALING), by_hand(copies=0, method="delete_and_recreate"))
        assert (decision.components, decision.scaling, decision.copies) == ((), (), 0)

    def test_what_was_deleted_to_park_it_stays_deleted(self) -> None:
        asked = Override(copies=0, copies_at=NOW - HOUR, method="delete_and_recreate")
        looked = seen(
            deployment=deployed().model_copy(update={"override": asked}),
            components=(),
            attempts=(carried_out("0 copies by hand at 2026-03-03 13:30 UTC", NOW - MINUTE), carried_out()),
        )
        assert decide(looked).code == "AsWanted"

    def test_it_lasts_until_the_schedules_next_rule(self) -> None:
        asked = Override(copies=4, copies_at=FRIDAY + HOUR)
        looked = seen(
            {"schedule": WEEKEND},
            now=FRIDAY + 2 * HOUR,
            deployment=deployed({"schedule": WEEKEND}).model_copy(update={"override": asked}),
            attempts=(),
        )
        assert decide(looked).copies == 4
        assert decide(looked.model_copy(update={"now": MONDAY})).target == "2 copies from 2026-03-09 06:00 UTC"

    def test_a_deployment_without_components_has_nothing_to_scale(self) -> None:
        decision = decide(snapshot(endpoint=endpoint()), by_hand(copies=0))
        assert (decision.kind, decision.code) == ("refuse", "NotSupported")

    def test_without_an_endpoint_there_is_nothing_to_scale(self) -> None:
        decision = decide(snapshot(deployment=deployed()), by_hand(copies=0))
        assert (decision.kind, decision.code) == ("hold", "NoEndpoint")
        failed = endpoint(deployed(), status="Failed")
        assert "it is Failed" in decide(snapshot(deployment=deployed(), endpoint=failed), by_hand(copies=0)).reason


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


class TestIdle:
    def test_on_the_reservation_it_holds_and_says_why(self) -> None:
        decision = decide(idle(seen(SCALING), NOW - HOUR))
        assert (decision.code, decision.next_at) == ("IdleOnReservation", NOW + HOUR)
        assert "parking would save nothing: the reservation is paid for" in decision.reason

    def test_on_the_reservation_it_parks_if_another_waits_for_the_instances(self) -> None:
        decision = decide(idle(seen(SCALING), NOW - HOUR, waiting=("mixtral",)))
        assert (decision.rung, decision.target) == ("park", "parked as nobody called")
        assert decision.reason.endswith("and mixtral waits for the instances")
        assert not decision.scaling[0].suspended

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

    def test_off_the_reservation_it_waits_until_parking_and_waking_would_have_paid(self) -> None:
        decision = self.off(19 * MINUTE)
        assert (decision.code, decision.next_at) == ("StaysOn", NOW + MINUTE)
        assert "idle for 19 minutes, parking and waking takes 20" in decision.reason
        parked = self.off(20 * MINUTE)
        assert (parked.kind, parked.rung) == ("scale", "park")

    def test_the_machine_that_carries_it_out_decides_the_same(self) -> None:
        looked = idle(seen(SCALING, reserved=False, plans=()), NOW - HOUR)
        assert decide(looked, Intent(kind="scale")) == decide(looked)

    def test_it_stays_on_if_gaps_are_known_to_end_too_soon(self) -> None:
        decision = self.off(20 * MINUTE, self.gap(30), self.gap(300))
        assert (decision.code, decision.next_at) == ("StaysOn", NOW + 10 * MINUTE)
        assert "lasted 30 minutes, and break-even is at 40" in decision.reason

    def test_it_parks_at_once_if_gaps_are_known_to_last(self) -> None:
        assert self.off(15 * MINUTE, self.gap(300), self.gap(400)).kind == "scale"

    def test_a_lost_wake_is_not_risked_again_before_it_is_earned_back(self) -> None:
        lost = self.gap(21, parked=20)
        decision = self.off(HOUR, lost)
        assert (decision.code, decision.next_at) == ("StaysOn", NOW + HOUR)
        assert "parking has cost 10 more minutes than it has saved" in decision.reason
        assert self.off(HOUR, self.gap(60, parked=20), lost).kind == "scale"


class TestLeaving:
    def parked(self, on_demand: bool = True, **over: Any) -> Any:
        end = {"ladder": ["scale_to_zero", "delete"]}
        if on_demand:
            end["on_demand"] = {"instance_types": ["ml.p5.48xlarge"], "max_hours": 24, "max_usd": "2400.00"}  # type: ignore[assignment]
        off = attempt(
            kind="hand_over", rung="scale_to_zero", started_at=NOW - HOUR, ended_at=NOW - 30 * MINUTE, target="x"
        )
        given: dict[str, Any] = {
            "reserved": False,
            "plans": (),
            "manifest": {"end_of_window": end},
            "attempts": (off, carried_out()),
            "components": (component(desired_copies=0, current_copies=0),),
            **over,
        }
        return seen(SCALING, **given)

    def test_a_window_that_closes_is_left_without_the_reservation(self) -> None:
        decision = decide(seen(SCALING, now=END - 90 * MINUTE))
        assert (decision.kind, decision.rung, decision.action) == ("hand_over", "scale_to_zero", "update")
        assert (decision.config.plan_arn, decision.config.serves) == (None, "components")

    def test_parking_on_the_way_off_waits_until_the_instances_are_gone(self) -> None:
        decision = decide(seen(SCALING), Intent(kind="scale", park=True))
        assert (decision.release, decision.copies, decision.rung) == (True, 0, "park")
        assert decision.scaling[0].suspended

    def test_parked_it_may_be_woken_on_on_demand_within_the_caps(self) -> None:
        assert decide(self.parked()).code == "AsWanted"
        woken = self.parked(components=(component(desired_copies=1, current_copies=1),))
        assert decide(woken).code == "AsWanted"

    def test_with_too_little_left_to_come_up_and_to_be_gone_again_nothing_wakes_it(self) -> None:
        used = stay(NOW - 24 * HOUR, ended_at=NOW - HOUR / 2)
        parked = self.parked()
        assert parked.scaling[0].suspended is False
        decision = decide(parked.model_copy(update={"on_demand": (used,)}))
        assert (decision.kind, decision.reason) == ("scale", "llama-8b may not scale by itself any more")
        assert decision.scaling[0].suspended

    def test_without_on_demand_nothing_wakes_it(self) -> None:
        assert decide(self.parked(on_demand=False)).code == "AsWanted"
        woken = self.parked(on_demand=False, components=(component(desired_copies=1, current_copies=1),))
        decision = decide(woken)
        assert (decision.kind, decision.rung) == ("scale", "park")
        assert decision.scaling[0].suspended

    def test_back_on_a_plan_the_copies_come_back_before_the_arrival_is_remembered(self) -> None:
        off = attempt(
            kind="hand_over", rung="scale_to_zero", started_at=NOW - 2 * HOUR, ended_at=NOW - HOUR, target="x"
        )
        looked = seen(
            SCALING,
            attempts=(off, carried_out(at=NOW - 3 * HOUR)),
            components=(component(desired_copies=0, current_copies=0),),
        )
        decision = decide(looked, Intent(kind="scale"))
        assert (decision.rung, decision.components[0].copies) == ("wake", 2)

    def test_after_the_arrival_they_are_not_brought_up_a_second_time(self) -> None:
        """The arrival ends after its copies are there, and they are part of it."""
        home = attempt(kind="deploy", started_at=NOW - 20 * MINUTE, ended_at=NOW - 10 * MINUTE, target="x")
        looked = seen(
            SCALING,
            attempts=(home, carried_out(at=NOW - 11 * MINUTE)),
            components=(component(desired_copies=1, current_copies=1),),
        )
        assert decide(looked).code == "AsWanted"

    def test_on_a_reservation_auto_scaling_keeps_the_last_copy(self) -> None:
        bare = {"target_concurrency": 5}
        assert seen(bare).scaling[0].min_copies == 1
        assert seen(bare, reserved=False, plans=()).scaling[0].min_copies == 0

    def test_back_on_a_plan_the_copies_come_back(self) -> None:
        home = attempt(kind="deploy", started_at=NOW - 20 * MINUTE, ended_at=NOW - 10 * MINUTE, target="x")
        off = attempt(kind="hand_over", rung="scale_to_zero", ended_at=NOW - HOUR, target="x")
        looked = seen(
            SCALING,
            attempts=(home, off, carried_out(at=NOW - 3 * HOUR)),
            components=(component(desired_copies=0, current_copies=0),),
        )
        decision = decide(looked)
        assert (decision.rung, decision.components[0].copies) == ("wake", 2)

    def test_a_ladder_without_components_passes_the_rung_on(self) -> None:
        end = {"ladder": ["scale_to_zero", "delete"]}
        looked = snapshot(
            now=END - 65 * MINUTE, deployment=registration(end_of_window=end), endpoint=endpoint(registration())
        )
        decision = decide(looked)
        assert isinstance(decision, Hold | Refuse) or decision.rung == "delete"
        assert "only an endpoint with inference components can scale to zero" in decision.reason
