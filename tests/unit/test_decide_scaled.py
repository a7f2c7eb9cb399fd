"""What came of scaling: InService proves nothing, so each component is looked at with its copies."""

from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decide.scaled import scaled
from berth_core.decisions import HandOver, Scale
from berth_core.outcomes import Trouble
from tests.builders import ON_DEMAND
from tests.unit.component_facts import SCALING, component, deployed, seen

ASKED = seen(SCALING, components=(component(desired_copies=1, current_copies=1),), attempts=())


def asked(**over: Any) -> Scale:
    """Two copies of the one component, which scales by itself from then on."""
    decision = decide_deployment(ASKED, Intent(kind="scale"))
    assert isinstance(decision, Scale)
    return decision.model_copy(update=over)


def came(*components: Any, decision: Scale | None = None) -> tuple[str, str]:
    return scaled(seen(SCALING, components=components), decision or asked())


def test_all_copies_there_and_scaling_as_asked_is_done() -> None:
    assert came(component()) == ("", "llama-8b has 2 of 2 copies")


@pytest.mark.parametrize(
    ("there", "code", "reason"),
    [
        ({"status": "Failed"}, "ComponentFailed", "llama-8b Failed: SageMaker gives no reason"),
        ({"status": "Failed", "failure_reason": "no memory"}, "ComponentFailed", "llama-8b Failed: no memory"),
        ({"status": "Updating"}, "TimedOut", "llama-8b has 2 of 2 copies and is Updating"),
        ({"current_copies": 1}, "TimedOut", "llama-8b has 1 of 2 copies and is InService"),
        (
            {"current_copies": 1, "failure_reason": "no room"},
            "TimedOut",
            "llama-8b has 1 of 2 copies and is InService (no room)",
        ),
        ({"model": "old"}, "RolledBack", "llama-8b serves old, my-model was asked"),
        (
            {"model": "old", "failure_reason": "alarm 5xx"},
            "RolledBack",
            "llama-8b serves old, my-model was asked (alarm 5xx)",
        ),
        (
            {"desired_copies": 0, "current_copies": 0},
            "WrongCopies",
            "llama-8b has 0 of 0 copies, 2 were asked",
        ),
    ],
)
def test_what_is_not_as_asked_is_told_with_what_is_there(there: dict[str, Any], code: str, reason: str) -> None:
    assert came(component(**there)) == (code, reason)


def test_copies_that_auto_scaling_asked_for_in_vain_are_no_failure_of_ours() -> None:
    bounds = asked(components=tuple(each.model_copy(update={"copies": None}) for each in asked().components))
    in_vain = component(desired_copies=2, current_copies=1, failure_reason="no room")
    assert came(in_vain, decision=bounds) == ("", "llama-8b has 1 of 2 copies")
    coming = component(desired_copies=2, current_copies=1)
    assert came(coming, decision=bounds)[0] == "TimedOut"


@pytest.mark.parametrize(
    ("allowed", "instances", "code"),
    [(False, 0, ""), (False, 1, "InstancesHeld"), (True, 1, "")],
    ids=["let go of", "held, and nobody may pay", "held, and on-demand may"],
)
def test_off_a_reservation_no_instance_is_taken_along_that_nobody_may_pay_for(
    *, allowed: bool, instances: int, code: str
) -> None:
    ends: dict[str, Any] = {"ladder": ["scale_to_zero", "delete"], **({"on_demand": ON_DEMAND} if allowed else {})}
    given: dict[str, Any] = {"manifest": {"end_of_window": ends}}
    parks = decide_deployment(seen(SCALING, **given), Intent(kind="scale", park=True))
    assert isinstance(parks, Scale)
    there = seen(SCALING, components=(component(desired_copies=0, current_copies=0),), **given)
    assert there.endpoint is not None
    variant = there.endpoint.variants[0].model_copy(update={"current_count": instances, "desired_count": instances})
    held = there.model_copy(
        update={"scaling": (), "alarms": (), "endpoint": there.endpoint.model_copy(update={"variants": (variant,)})}
    )
    found = scaled(held, parks.model_copy(update={"scaling": ()}))
    assert found[0] == code, found
    assert not code or found[1].startswith("SageMaker has not let go of 1 instances")


@pytest.mark.parametrize(("instances", "code"), [(0, ""), (1, "InstancesHeld")])
def test_a_way_off_on_demand_is_over_when_nothing_runs_whatever_was_asked(instances: int, code: str) -> None:
    ends = {"ladder": ["on_demand", "scale_to_zero", "delete"], "on_demand": ON_DEMAND}
    others = component(name="somebodys", ours=False)
    away = seen(
        SCALING,
        reserved=False,
        plans=(),
        components=(component(desired_copies=0, current_copies=0), others),
        manifest={"end_of_window": ends},
    )
    assert away.endpoint is not None
    variant = away.endpoint.variants[0].model_copy(update={"current_count": instances, "desired_count": instances})
    there = away.model_copy(update={"endpoint": away.endpoint.model_copy(update={"variants": (variant,)})})
    left = decide_deployment(there, Intent(kind="hand_over", ladder=("scale_to_zero",)))
    assert isinstance(left, HandOver)
    came_of_it = decide_outcome(there, left, SmokeTested(), Trouble())
    assert came_of_it.code == code
    assert not code or "1 instances (on them is somebodys, which isn't ours)" in came_of_it.reason
    parks = decide_deployment(there, Intent(kind="scale", park=True))
    assert isinstance(parks, Scale)
    bare = there.model_copy(update={"scaling": (), "alarms": ()})
    assert scaled(bare, parks.model_copy(update={"scaling": ()}))[0] == code


def test_auto_scaling_may_have_gone_on_from_there() -> None:
    moved = component(desired_copies=4, current_copies=4)
    assert came(moved) == ("", "llama-8b has 4 of 4 copies")
    held = seen(SCALING, components=(moved,))
    suspended = held.model_copy(
        update={"scaling": tuple(each.model_copy(update={"suspended": True}) for each in held.scaling)}
    )
    assert scaled(suspended, asked())[0] == "WrongCopies"


def test_a_component_that_keeps_its_copies_is_done_with_any_number() -> None:
    kept = asked(components=tuple(each.model_copy(update={"copies": None}) for each in asked().components))
    assert came(component(desired_copies=3, current_copies=3), decision=kept)[0] == ""


def test_a_component_that_is_not_there_is_missed() -> None:
    assert came() == ("ComponentMissing", "llama-8b is not there")


def test_one_that_should_be_gone_and_is_not_is_told_with_its_state() -> None:
    over = component(name="other", status="Deleting")
    assert came(component(), over) == ("TimedOut", "other should be deleted and is still Deleting")
    theirs = component(name="other", ours=False)
    assert came(component(), theirs)[0] == ""


def test_scaling_that_is_not_registered_is_not_done() -> None:
    bare = seen(SCALING).model_copy(update={"scaling": (), "alarms": ()})
    assert scaled(bare, asked()) == ("ScalingMissing", "the scaling of llama-8b is not as wanted")


def test_nothing_left_where_nothing_was_to_be_left_is_done() -> None:
    nothing = asked(components=(), scaling=())
    bare = seen(SCALING, components=()).model_copy(update={"scaling": (), "alarms": ()})
    assert scaled(bare, nothing) == ("", "no component is left")


def test_an_endpoint_that_somebody_deleted_is_told() -> None:
    assert scaled(seen(SCALING, endpoint=None), asked()) == (
        "EndpointGone",
        "somebody deleted the endpoint meanwhile",
    )


@pytest.mark.parametrize(("over", "told"), [({"endpoint": None}, ""), ({}, ": it is Failed")])
def test_there_is_nothing_to_scale_where_nothing_serves(over: dict[str, Any], told: str) -> None:
    looked = seen(deployment=deployed(), **over)
    if looked.endpoint is not None:
        failed = looked.endpoint.model_copy(update={"status": "Failed"})
        looked = looked.model_copy(update={"endpoint": failed})
    decision: Any = decide_deployment(looked, Intent(kind="scale"))
    assert (decision.code, decision.reason) == ("NoEndpoint", f"there is no endpoint in service to scale{told}")


def test_components_of_a_mixed_endpoint_wait_until_one_config_is_under_all_of_them() -> None:
    looked = seen(deployment=deployed())
    mixed = looked.endpoint.model_copy(update={"status": "UpdateRollbackFailed"}) if looked.endpoint else None
    decision: Any = decide_deployment(looked.model_copy(update={"endpoint": mixed}), Intent(kind="reconcile"))
    assert decision.kind == "rotate"
    name = decision.config.name
    assert decision.reason.startswith(f"{name} is live, {name} is wanted; ")
