"""Components as they shall be, and in which words they are not; and what is said where there is no place for them."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.arranging import component_specs, differences
from berth_core.decide.begun import why_not_extended
from berth_core.decide.intent import Intent
from berth_core.decide.orders import order_in_force
from berth_core.decisions import Deploy
from tests.builders import END, PLAN_ARN, START, attempt, block, decide, plan, registration, snapshot
from tests.unit.component_facts import LLAMA, carried_out, component, seen

HOUR = timedelta(hours=1)
NOW = START + HOUR
EVALUATE = [{"model": "ft-a", "hours": 4}, {"model": "ft-b", "hours": 20}]


# --- components -----------------------------------------------------------------------------------------------------


def specs(looked: Any) -> Any:
    return component_specs(looked, order_in_force(looked), moves_copies=False)


def test_one_that_runs_keeps_its_copies_and_one_that_failed_or_is_gone_is_made_with_them() -> None:
    assert [each.copies for each in specs(seen())] == [None]
    assert [each.copies for each in specs(seen(components=(component(status="Failed"),)))] == [2]
    assert [each.copies for each in specs(seen(components=()))] == [2]


@pytest.mark.parametrize(
    ("there", "copies", "told"),
    [
        ((component(),), None, ()),
        ((component(status="Failed", failure_reason="no image"),), 2, ("llama-8b Failed (no image)",)),
        ((component(status="Failed"),), None, ("llama-8b Failed (no reason given)",)),
        ((component(status="Failed"),), 1, ("llama-8b Failed (no reason given)",)),
        ((component(status="Failed"),), 0, ()),
        ((), 2, ("llama-8b is not there",)),
        ((component(model="old"),), None, ("llama-8b serves old, my-model is wanted",)),
        ((component(accelerators=None),), None,
         ("llama-8b has 0 accelerators and 1024 MB, wanted: 1 accelerators and 1024 MB",)),
        ((component(desired_copies=1),), 2, ("llama-8b has 1 copies, wanted: 2",)),
        ((component(desired_copies=1),), None, ()),
        ((component(), component(name="other")), None, ("other is not in the manifest any more",)),
        ((component(), component(name="other", ours=False)), None, ()),
    ],
    ids=["as wanted", "failed", "failed, no reason", "one of it", "parked", "gone", "another model", "other needs",
         "fewer copies", "copies left alone", "not named", "a stranger's"],
)  # fmt: skip
def test_what_is_not_as_it_shall_be_is_told(there: Any, copies: int | None, told: tuple[str, ...]) -> None:
    looked = seen(components=there)
    wanted = tuple(each.model_copy(update={"copies": copies}) for each in specs(seen()))
    assert differences(looked, wanted, ()) == told


# --- where there is no place ----------------------------------------------------------------------------------------


def test_a_deployment_is_told_with_why_and_settles_within_two_hours() -> None:
    decision = decide(snapshot())
    assert isinstance(decision, Deploy)
    assert decision.reason == "there is no endpoint; plan p5-for-eval is Active with 2 of 2 free"
    assert decision.settled_by == NOW + 2 * HOUR


def test_who_asks_by_hand_for_a_place_is_told_of_it_before_anything_is_cleared_away() -> None:
    seen_ = snapshot(plans=(plan(status="Expired"),), attempts=(attempt(kind="deploy"),))
    assert decide(seen_).kind == "tidy"
    assert decide(seen_, Intent(kind="deploy")).code == "NoPlace"


def test_a_plan_asked_for_by_hand_is_waited_for_where_nothing_serves_meanwhile() -> None:
    opens = plan(status="Scheduled", blocks=(block(NOW + HOUR, END),))
    decision = decide(snapshot(plans=(opens,)), Intent(kind="deploy", plan="p5-for-eval"))
    assert (decision.kind, decision.code) == ("hold", "WaitingForPlan")


def test_what_the_coming_window_has_no_time_for_is_of_the_first_plan_that_has_one() -> None:
    names = ["p5-for-eval", "p5-second"]
    both = registration(
        evaluate=EVALUATE,
        reservation={"plans": names, "instance_type": "ml.p5.48xlarge"},
        end_of_window={"ladder": ["delete"]},
    )
    short = plan(
        name="p5-second", arn=f"{PLAN_ARN}-second", status="Scheduled", blocks=(block(NOW + HOUR, NOW + 9 * HOUR),)
    )
    waits = decide(snapshot(deployment=both, plans=(short,)))
    assert "the window of plan p5-second is too short for all turns: ft-b gets" in waits.reason
    enough = plan(status="Scheduled", blocks=(block(NOW + HOUR, END),))
    told = decide(snapshot(deployment=both, plans=(enough,)))
    assert told.reason.endswith("there is no plan p5-second in this account and Region")
    bare = decide(snapshot(deployment=both, plans=()))
    assert bare.reason.endswith("there is no plan p5-second in this account and Region")


def test_without_a_plan_there_was_nothing_to_extend() -> None:
    never = "it was not asked for in time; by hand: plan_purchase with extend"
    assert why_not_extended(snapshot()) == never
    looked = seen(plans=(plan(blocks=()),))
    assert why_not_extended(looked) == never


def test_beside_a_component_that_is_given_up_the_others_are_looked_at_when_they_have_to_be() -> None:
    """Such as when another plan opens, which nothing else tells."""
    opens = plan(name="other", arn=f"{PLAN_ARN}-other", blocks=(block(START + 9 * HOUR, END),))
    broken = component(name="broken", status="Failed", desired_copies=1, current_copies=0)
    tried = (carried_out(done=False, code="ComponentFailed"),) * 5
    looked = seen(
        manifest={"components": [LLAMA, {"name": "broken", "model": "my-model"}]},
        components=(component(), broken),
        attempts=tried,
        plans=(plan(), opens),
    )
    held = decide(looked)
    assert (held.code, held.next_at) == ("GaveUp", START + 9 * HOUR)
