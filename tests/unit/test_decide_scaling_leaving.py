"""Copies of inference components on the way off their reservation and back."""

from typing import Any

from berth_core.decide.intent import Intent
from berth_core.decide.orders import order_in_force, wake_time
from berth_core.decisions import Hold, Refuse
from tests.builders import END, attempt, decide, endpoint, registration, snapshot, stay
from tests.unit.component_facts import HOUR, MINUTE, NOW, SCALING, carried_out, component, seen


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

    def test_copies_that_auto_scaling_brings_up_are_waited_for_and_then_parked(self) -> None:
        at_rest = decide(seen(SCALING), Intent(kind="scale", park=True))
        coming = component(status="Updating", desired_copies=3)
        decision = decide(seen(SCALING, components=(coming,)), Intent(kind="scale", park=True))
        assert (decision.kind, decision.release, decision.copies) == ("scale", True, 0)
        assert decision.give_up_at - at_rest.give_up_at == wake_time(seen(SCALING))

    def test_parking_leaves_the_next_rung_its_time(self) -> None:
        closing = END - 75 * MINUTE  # an hour before its end all has to be done, and a deletion takes its time
        decision = decide(seen(SCALING, now=closing), Intent(kind="scale", park=True))
        assert closing < decision.give_up_at < END - HOUR
        late = decide(seen(SCALING, now=END - HOUR), Intent(kind="scale", park=True))
        assert late.give_up_at == END - HOUR + MINUTE

    def test_with_a_component_of_somebody_else_it_is_not_left_by_parking(self) -> None:
        there = seen(SCALING, components=(component(ours=False),))
        decision = decide(there, Intent(kind="scale", park=True))
        assert (decision.kind, decision.code) == ("refuse", "WaitingForAdoption")

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

    def test_while_a_stay_runs_its_caps_say_when_it_ends(self) -> None:
        running = stay(NOW - 23.5 * HOUR)
        woken = self.parked(components=(component(desired_copies=1, current_copies=1),))
        order = order_in_force(woken.model_copy(update={"on_demand": (running,)}))
        assert (order.why, order.strict) == ("parked off the window", False)

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
