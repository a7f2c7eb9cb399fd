"""Copies of inference components as the manifest declares them, told apart from what others do."""

from typing import Any

import pytest

from berth_core.decisions import Scale
from tests.builders import END, decide, endpoint, registration, snapshot
from tests.unit.component_facts import (
    BASE_DONE,
    FRIDAY,
    HOUR,
    LLAMA,
    MINUTE,
    NOW,
    SCALING,
    WEEKEND,
    by_hand,
    carried_out,
    component,
    deployed,
    seen,
)


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
