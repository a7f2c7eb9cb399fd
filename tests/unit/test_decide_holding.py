"""Hands off, adoption, who goes first, and who has to give way."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.awaiting import awaited
from berth_core.decide.budget import reaches_cap_at
from berth_core.decide.intent import Intent
from berth_core.decide.taking_over import taken_over_at
from berth_core.decisions import Deploy, HandOver, Hold, TakeOver
from berth_core.facts import Lease, Policy, Rival
from tests.builders import (
    END,
    ON_DEMAND,
    P5,
    STACK_TAGS,
    START,
    attempt,
    decide,
    endpoint,
    lease,
    plan,
    registration,
    snapshot,
    stay,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FOR_EVER = "9999-12-31T23:59:59-05:00"
NEW_MODEL = registration(model="my-model-v2")


def tagged(said: str) -> Any:
    return endpoint(tags={**STACK_TAGS, "berth:hold": said})


# --- holds ----------------------------------------------------------------------------------------------------------


def test_a_tag_holds_until_its_time_and_is_looked_at_in_between() -> None:
    seen = snapshot(deployment=NEW_MODEL, endpoint=tagged("2026-03-03T14:30:00+01:00"))
    held = decide(seen)
    assert (held.code, held.next_at) == ("HoldUntil", seen.now + 5 * MINUTE)
    assert held.reason == "hands off until 2026-03-03 13:30 UTC, says the endpoint's tag"
    assert decide(seen.model_copy(update={"now": START + 2 * HOUR})).kind == "rotate"


@pytest.mark.parametrize("said", ["", "tomorrow", "2026-03-03T14:30:00", "2026-13-03T14:30:00Z", "true", FOR_EVER])
def test_a_tag_that_is_no_time_holds_until_somebody_mends_it(said: str) -> None:
    held = decide(snapshot(deployment=NEW_MODEL, endpoint=tagged(said)))
    assert (held.code, held.next_at) == ("HoldUntil", START + 65 * MINUTE)
    assert f"tag berth:hold is {said!r}" in held.reason
    assert "2026-12-01T08:00:00Z" in held.reason


def test_the_manifests_hold_is_told_in_utc_whatever_its_zone() -> None:
    held = decide(snapshot(deployment=registration(hold_until="2026-03-03T20:00:00-05:00"), endpoint=endpoint()))
    assert held.reason == "hands off until 2026-03-04 01:00 UTC, says the manifest"


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59Z", FOR_EVER])
def test_a_manifest_of_before_that_holds_for_ever_holds(until: str) -> None:
    """None is put in force any more, and one that is stays readable."""
    held = decide(snapshot(deployment=registration(hold_until=until), endpoint=endpoint()))
    assert (held.code, held.reason) == ("HoldUntil", "hands off until 9999-12-31 23:59 UTC, says the manifest")


def test_of_two_holds_the_longer_one_counts() -> None:
    until = registration(model="my-model-v2", hold_until=START + 3 * HOUR)
    seen: dict[str, Any] = {"deployment": until, "endpoint": tagged("2026-03-03T13:30:00Z")}
    assert "says the manifest" in decide(snapshot(**seen)).reason
    assert "tag berth:hold is 'x'" in decide(snapshot(deployment=until, endpoint=tagged("x"))).reason


@pytest.mark.parametrize("said", ["2027-01-01T00:00:00Z", "whenever"])
def test_a_closing_window_is_left_all_the_same(said: str) -> None:
    assert isinstance(decide(snapshot(now=END - HOUR, endpoint=tagged(said))), HandOver)


@pytest.mark.parametrize("over", [tagged("whenever"), endpoint()], ids=["under a hold", "always"])
def test_the_way_off_moves_what_runs_and_brings_nothing_new(over: Any) -> None:
    wanted = registration(
        model="my-model-v2", reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2}
    )
    seen: dict[str, Any] = {"now": END - HOUR, "deployment": wanted}
    moved = decide(snapshot(endpoint=over, **seen))
    assert (moved.config.model, moved.config.instance_count) == ("my-model", 1)


def test_the_way_home_moves_what_runs_too_and_another_model_comes_after_it() -> None:
    deploys = decide(snapshot(endpoint=endpoint(plan_arn=None), deployment=registration(model="my-model-v2")))
    assert (deploys.kind, deploys.config.model) == ("deploy", "my-model")
    failed = endpoint(plan_arn=None, status="Failed")
    assert decide(snapshot(endpoint=failed, deployment=registration(model="my-model-v2"))).config.model == "my-model-v2"


def test_a_removed_deployment_that_is_held_is_deleted_when_the_hold_ends() -> None:
    removed = registration({"removed_at": START}, on_remove="delete")
    seen = snapshot(deployment=removed, endpoint=tagged("2026-03-03T13:30:00Z"))
    assert decide(seen).code == "HoldUntil"
    assert isinstance(decide(seen.model_copy(update={"now": START + 2 * HOUR})), HandOver)


# --- adoption and observing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags", [{}, {"berth:stack": "berth"}, {"berth:deployment": "llama-eval"}, {"berth:stack": "x"}]
)
def test_an_endpoint_is_ours_only_if_both_tags_say_so_and_is_looked_at_again(tags: dict[str, str]) -> None:
    decision = decide(snapshot(endpoint=endpoint(tags=tags, plan_arn=None)))
    assert (decision.code, decision.next_at) == ("WaitingForAdoption", START + 65 * MINUTE)
    assert "berth:stack=berth and berth:deployment=llama-eval" in decision.reason


@pytest.mark.parametrize(
    ("intent", "over"),
    [
        (Intent(kind="reconcile"), {}),
        (Intent(kind="deploy"), {}),
        (Intent(kind="rotate", instance_count=2), {"endpoint": endpoint()}),
        (Intent(kind="hand_over", ladder=("delete",)), {"endpoint": endpoint()}),
        (Intent(kind="hand_over"), {"endpoint": endpoint(), "lease": lease("you", END), "now": END - 100 * MINUTE}),
    ],
)
def test_an_observing_stack_changes_nothing_whoever_starts_what(intent: Intent, over: dict[str, Any]) -> None:
    decision = decide(snapshot(**{"policy": Policy(stack="berth", observe_only=True), **over}), intent)
    assert isinstance(decision, Hold)
    assert decision.code == "ObserveOnly"


# --- two that compete -----------------------------------------------------------------------------------------------


def rival(name: str, priority: int = 0, count: int = 1, on: str = "p5-for-eval") -> Rival:
    return Rival(name=name, plan=on, priority=priority, instance_count=count)


ONE_FREE = plan(available_count=1, in_use_count=1)
STAYS = registration(end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})


@pytest.mark.parametrize(
    ("over", "waits"),
    [
        ({}, True),
        ({"endpoint": endpoint(status="Failed")}, True),
        ({"endpoint": endpoint(plan_arn=None)}, True),
        ({"plans": (plan(status="Scheduled"),)}, True),
        ({"endpoint": endpoint()}, False),
        ({"endpoint": endpoint(plan_arn=None), "deployment": STAYS}, False),
        ({"endpoint": endpoint(plan_arn=None, tags={})}, False),
        ({"endpoint": tagged("whenever")}, False),
        ({"deployment": registration(hold_until=END)}, False),
        ({"deployment": registration({"removed_at": START})}, False),
        ({"plans": (plan(status="Expired"),)}, False),
        ({"plans": (plan(name="other"),)}, False),
        ({"deployment": registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 3})},
         False),
    ],
    ids=["not there yet", "failed", "away", "not open yet", "at home", "away for good", "not ours", "held by its tag",
         "held by its manifest", "removed", "over", "not named", "too large"],
)  # fmt: skip
def test_whoever_could_not_use_a_plan_keeps_nobody_from_it(over: dict[str, Any], waits: bool) -> None:
    assert awaited(snapshot(**over)) == (("p5-for-eval",) if waits else ())


@pytest.mark.parametrize(
    ("ours", "rivals", "goes"),
    [
        (0, (), True),
        (0, (rival("zephyr"),), True),
        (0, (rival("aya"),), False),
        (10, (rival("aya"),), True),
        (10, (rival("zephyr", 20),), False),
        (0, (rival("aya", 20, count=2),), True),
        (0, (rival("aya", 20, on="other"),), True),
    ],
    ids=["alone", "by name", "after one by name", "by priority", "after one by priority", "too large", "elsewhere"],
)
def test_who_goes_first(ours: int, rivals: tuple[Rival, ...], goes: bool) -> None:
    mine = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "priority": ours})
    decision = decide(snapshot(deployment=mine, plans=(ONE_FREE,), rivals=rivals))
    assert isinstance(decision, Deploy) is goes
    if not goes:
        assert (decision.code, decision.next_at) == ("WaitingForPlan", START + 75 * MINUTE)
        assert f"{rivals[0].name} (priority {rivals[0].priority}) comes first" in decision.reason


def test_nobody_waits_where_there_is_room_for_all() -> None:
    assert isinstance(decide(snapshot(rivals=(rival("aya", 20),))), Deploy)


# --- the lease ------------------------------------------------------------------------------------------------------

LATEST = END - 60 * MINUTE - 45 * MINUTE - 20 * MINUTE
"""Finish, the way off with two on-demand types, and a rotation that has to settle."""


def test_the_way_off_waits_for_another_run_as_long_as_it_can() -> None:
    seen = snapshot(now=LATEST - MINUTE, endpoint=endpoint(), lease=lease("you", LATEST + 10 * MINUTE))
    waiting = decide(seen)
    assert (waiting.code, waiting.next_at) == ("Busy", LATEST)


@pytest.mark.parametrize("kind", ["reconcile", "hand_over"])
@pytest.mark.parametrize("status", ["InService", "Updating"])
def test_and_then_takes_its_lease(kind: Any, status: str) -> None:
    begun = attempt(kind="rotate", decision_id="d-1", done=False)
    held = lease("you", LATEST + 10 * MINUTE).model_copy(update={"begun": begun})
    decision = decide(snapshot(now=LATEST, endpoint=endpoint(status=status), lease=held), Intent(kind=kind))
    assert isinstance(decision, TakeOver)
    assert (decision.holder, decision.deadline) == ("you", END - HOUR)
    assert decision.begun == begun
    assert "can't wait for endpoint_rotate" in decision.reason


def on_demand(now: Any, **over: Any) -> Any:
    """On on-demand for ten hours until `now`, of the ten and a quarter that are allowed, while another run is at it."""
    allowed = registration(end_of_window={"on_demand": {**ON_DEMAND, "max_hours": 24, "max_usd": "1000.00"}})
    given: dict[str, Any] = {
        "deployment": allowed,
        "endpoint": endpoint(plan_arn=None),
        "on_demand": (stay(now - over.pop("ran", 10 * HOUR)),),
        "lease": Lease(holder="you", purpose="components_scale", expires_at=now + 10 * MINUTE),
        **over,
    }
    return snapshot(now=now, **given)


def test_a_bill_that_reaches_its_cap_waits_for_nobody() -> None:
    seen = on_demand(START)
    at = taken_over_at(seen, seen.lease)
    assert at is not None
    assert decide(seen).code == "Busy"
    assert decide(seen).next_at == min(at, START + 10 * MINUTE)
    later = on_demand(at, ran=at - START + 10 * HOUR)
    decision = decide(later)
    assert isinstance(decision, TakeOver)
    assert decision.deadline == reaches_cap_at(later)
    urgent = Lease(holder="you", purpose="window_handover", expires_at=END, urgent=True)
    for other in (urgent, lease("you", END), Lease(holder="you", purpose="endpoint_deploy", expires_at=END)):
        assert decide(on_demand(at, ran=at - START + 10 * HOUR, lease=other)).code == "Busy"


def test_nobody_takes_the_lease_of_a_hand_over_nor_for_anything_else() -> None:
    urgent = Lease(holder="you", purpose="window_handover", expires_at=END, urgent=True)
    assert decide(snapshot(now=LATEST, endpoint=endpoint(), lease=urgent)).code == "Busy"
    held = snapshot(now=LATEST, endpoint=endpoint(), lease=lease("you", END))
    assert decide(held, Intent(kind="rotate", model="x")).code == "Busy"
    assert decide(snapshot(now=LATEST, lease=lease("you", END))).code == "Busy"
