"""Copies of components: what a scaling decision says, by when it gives up, and what is remembered of it."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.arranging import scaling_differences, scaling_specs
from berth_core.decide.intent import Intent
from berth_core.decide.orders import order_in_force
from berth_core.decide.replacing import replaced
from berth_core.decisions import ComponentSpec, Scale
from berth_core.facts import ScalingSeen
from berth_core.naming import decision_id
from tests.builders import END, decide, plan
from tests.unit.component_facts import HOUR, LLAMA, MINUTE, NOW, SCALING, by_hand, carried_out, component, idle, seen

NONE = (component(desired_copies=0, current_copies=0),)


def took(minutes: int, rung: str | None = None) -> Any:
    """Five changes of this kind that took so long."""
    at = NOW - 24 * HOUR
    return tuple(carried_out("x", at, rung=rung, started_at=at - minutes * MINUTE) for _ in range(5))


@pytest.mark.parametrize(
    ("attempts", "components", "copies", "minutes"),
    [
        ((), (component(),), 3, 60),
        (took(20), (component(),), 3, 60),
        (took(40), (component(),), 3, 80),
        (took(40, "wake"), NONE, 2, 80),
        (took(40, "wake"), (component(),), 3, 60),
        (took(40, "park"), (component(),), 0, 80),
    ],
    ids=["nothing known", "quick", "slow", "slow to wake", "another kind", "slow to park"],
)
def test_copies_get_an_hour_or_twice_as_long_as_it_took_here(
    attempts: Any, components: Any, copies: int, minutes: int
) -> None:
    decision = decide(seen(components=components, attempts=attempts), by_hand(copies=copies))
    assert isinstance(decision, Scale)
    assert decision.give_up_at == NOW + minutes * MINUTE


def test_parking_on_the_way_off_gets_as_long_as_sagemaker_takes_to_let_go() -> None:
    decision = decide(seen(SCALING), Intent(kind="scale", park=True))
    assert decision.give_up_at == NOW + 25 * MINUTE
    assert decision.id == decision_id(seen(SCALING), "scale", decision.target)


@pytest.mark.parametrize(
    ("there", "copies", "rung"),
    [((component(),), 3, None), ((component(),), 0, "park"), (NONE, 1, "wake"), (NONE, 0, None)],
    ids=["more", "parked", "woken", "parked as before"],
)
def test_waking_and_parking_are_remembered_apart(there: Any, copies: int, rung: str | None) -> None:
    decision = decide(seen(components=there), by_hand(copies=copies))
    assert (decision.rung, decision.copies) == (rung, copies)


@pytest.mark.parametrize(
    ("asked", "action"),
    [({"copies": 2, "method": "delete_and_recreate"}, "recreate"), ({"copies": 1}, "copies")],
)
def test_only_who_asks_for_it_by_hand_has_them_made_anew(asked: dict[str, Any], action: str) -> None:
    assert decide(seen(), by_hand(**asked)).action == action


def test_the_manifests_method_is_no_word_for_making_them_anew() -> None:
    method = {"method": "delete_and_recreate", "idle": {"minutes": 15}}
    assert decide(seen(method, attempts=())).action == "copies"


def test_idle_on_the_reservation_it_stays_and_says_why() -> None:
    held = decide(idle(seen(SCALING), NOW - 16 * MINUTE))
    assert (held.code, held.next_at) == ("IdleOnReservation", NOW + 15 * MINUTE)
    assert held.reason == (
        f"nobody has called since {NOW - 16 * MINUTE:%Y-%m-%d %H:%M} UTC; parking would save nothing: "
        "the reservation is paid for, and nobody else waits for its instances"
    )


def test_parked_as_nobody_calls_a_call_may_wake_it() -> None:
    decision = decide(idle(seen(SCALING, waiting=("aya",)), NOW - 16 * MINUTE))
    assert (decision.rung, decision.target, decision.copies) == ("park", "parked as nobody called", 0)
    assert [each.suspended for each in decision.scaling] == [False]


def test_where_nothing_serves_nothing_is_parked() -> None:
    looked = idle(seen(SCALING), NOW - HOUR)
    for gone in (None, looked.endpoint and looked.endpoint.model_copy(update={"status": "Updating"})):
        decision = decide(looked.model_copy(update={"endpoint": gone}), Intent(kind="scale"))
        assert decision.code in ("NoEndpoint", "InTransition")


# --- replacing ------------------------------------------------------------------------------------------------------


def two(free: int, *, first: int = 2, second: int = 2, allow_downtime: bool = False) -> Any:
    """Two components with another model each, on 8 accelerators of which `free` are so."""
    both = [{**LLAMA, "accelerators": first}, {**LLAMA, "name": "other", "accelerators": second, "copies": 1}]
    used = (8 - free) // 2
    live = (
        component(model="old", accelerators=first, desired_copies=1),
        component(name="other", model="old", accelerators=used, desired_copies=1),
        component(name="filler", accelerators=max(0, 8 - free - first - used), desired_copies=1, ours=False),
    )
    manifest: dict[str, Any] = {"components": both, "rollout": {"allow_downtime": allow_downtime}}
    return seen(manifest=manifest, components=live, plans=(plan(available_count=0),))


def specs(*copies: int, accelerators: int = 2) -> tuple[ComponentSpec, ...]:
    names = ("llama-8b", "other")
    return tuple(
        ComponentSpec(name=name, model="my-model", accelerators=accelerators, memory_mb=1024, copies=count)
        for name, count in zip(names, copies, strict=False)
    )


def test_one_change_takes_accelerators_from_those_that_follow() -> None:
    found = replaced(two(3), specs(1, 1))
    assert [each.model for each in found.specs] == ["my-model", "old"]
    assert found.reasons == ("llama-8b: all_at_once (3 accelerators free, 2 needed)",)
    assert len(found.noes) == 1
    assert "other serves old, my-model is wanted: all_at_once needs 2 accelerators for 1 copy" in found.noes[0]
    assert "and 1 are free" in found.noes[0]
    assert found.specs[1].accelerators == 2


def test_one_that_does_not_fit_keeps_what_it_has_and_hides_none_after_it() -> None:
    found = replaced(two(2), (specs(2)[0], specs(1, 1)[1]))
    assert [each.model for each in found.specs] == ["old", "my-model"]
    assert found.specs[0].memory_mb == 1024


def test_what_waits_longest_says_how_long_all_of_it_may_take() -> None:
    manifest = {"components": [{**LLAMA, "accelerators": 2, "copies": 3}], "rollout": {"strategy": "rolling"}}
    live = component(model="old", accelerators=2, desired_copies=3, current_copies=3)
    looked = seen(manifest=manifest, components=(live,), plans=(plan(available_count=0),))
    found = replaced(looked, specs(3))
    assert found.longest == 45 * MINUTE
    assert decide(looked).give_up_at == NOW + 60 * MINUTE


@pytest.mark.parametrize(("minutes", "fits"), [(45, True), (44, False)])
def test_batches_may_take_until_the_way_off_begins(minutes: int, fits: bool) -> None:
    manifest = {
        "components": [{**LLAMA, "accelerators": 2, "copies": 3}],
        "rollout": {"strategy": "rolling"},
        "end_of_window": {"ladder": ["delete"]},
    }
    live = component(model="old", accelerators=2, desired_copies=3, current_copies=3)
    now = END - 70 * MINUTE - minutes * MINUTE
    looked = seen(manifest=manifest, components=(live,), plans=(plan(available_count=0),), now=now)
    found = replaced(looked, specs(3))
    assert bool(found.reasons) is fits
    assert fits or f"has no time: 3 batches may take 45 minutes, and there are {minutes}" in found.noes[0]


def test_a_component_that_has_failed_or_has_no_needs_yet_is_nothing_to_replace() -> None:
    broken = component(model="old", status="Failed")
    assert replaced(seen(components=(broken,)), specs(2)).reasons == ()
    same = component(accelerators=None)
    assert replaced(seen(components=(same,)), specs(2, accelerators=0)).reasons == ()
    other = component(model="old", accelerators=None)
    assert replaced(seen(components=(other,)), specs(2)).reasons != ()


# --- scaling in words -----------------------------------------------------------------------------------------------


def target(**over: Any) -> ScalingSeen:
    given = {"component": "llama-8b", "min_copies": 1, "max_copies": 4, "target_concurrency": 5, "wakes": True, **over}
    return ScalingSeen(**given)


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ((target(),), []),
        ((target(min_copies=0),), ["llama-8b scales between 0 and 4 copies, wanted: 1 to 4"]),
        ((target(max_copies=9),), ["llama-8b scales between 1 and 9 copies, wanted: 1 to 4"]),
        ((target(suspended=True),), ["llama-8b may scale by itself again"]),
        ((target(target_concurrency=9),), ["the scaling of llama-8b is not as wanted"]),
        ((target(wakes=False),), ["the scaling of llama-8b is not as wanted"]),
        ((), ["the scaling of llama-8b is not as wanted"]),
    ],
    ids=["as wanted", "fewer", "more", "suspended", "another target", "doesn't wake", "none"],
)
def test_how_scaling_differs_is_told_in_words(there: Any, told: list[str]) -> None:
    looked = seen(SCALING).model_copy(update={"scaling": there})
    order = order_in_force(looked)
    wanted = scaling_specs(looked, order, specs(2))
    assert scaling_differences(looked, wanted) == told


def test_what_may_not_scale_any_more_is_told_as_such() -> None:
    looked = seen(SCALING).model_copy(update={"scaling": (target(),)})
    wanted = tuple(each.model_copy(update={"suspended": True}) for each in scaling_specs(
        looked, order_in_force(looked), specs(2)))  # fmt: skip
    assert scaling_differences(looked, wanted) == ["llama-8b may not scale by itself any more"]


def test_a_change_of_the_alarms_is_no_change_of_the_number_of_copies() -> None:
    looked = seen(SCALING).model_copy(update={"alarms": (), "scaling": (target(max_copies=9),)})
    wanted = scaling_specs(looked, order_in_force(looked), specs(2))
    assert scaling_differences(looked, wanted) == ["the scaling of llama-8b is not as wanted"]


def test_the_least_is_no_more_than_there_are() -> None:
    looked = seen(SCALING, components=NONE)
    kept = specs(2)[0].model_copy(update={"copies": None})
    order = order_in_force(looked)
    assert [each.min_copies for each in scaling_specs(looked, order, (kept,))] == [0]
    assert [each.min_copies for each in scaling_specs(seen(SCALING), order, (kept,))] == [1]
    nothing = looked.model_copy(update={"components": ()})
    assert [each.min_copies for each in scaling_specs(nothing, order, (kept,))] == [0]


def test_scaling_that_is_not_wanted_is_none() -> None:
    plain = {"idle": {"minutes": 15}, "wake": False}
    looked = seen(plain)
    wanted = scaling_specs(looked, order_in_force(looked), specs(2))
    assert scaling_differences(looked, wanted) == []
    assert timedelta(0) == replaced(looked, specs(2)).longest


def test_what_is_parked_as_far_as_the_manifest_says_is_not_parked_again() -> None:
    keeps = {"idle": {"minutes": 15, "copies": 1}}
    one = (component(desired_copies=1, current_copies=1),)
    assert decide(idle(seen(keeps, components=one, waiting=("aya",)), NOW - HOUR)).code == "AsWanted"
    assert decide(idle(seen(keeps, waiting=("aya",)), NOW - HOUR)).copies == 1
