"""Nothing to do: what is said of it, and when it is looked at again."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.awaiting import awaited
from berth_core.decide.settled import as_wanted
from berth_core.decide.taking_over import held_by_another, taken_over_at
from berth_core.decisions import Hold, TakeOver
from tests.builders import (
    END,
    ON_DEMAND,
    P5,
    PLAN_ARN,
    START,
    attempt,
    block,
    decide,
    endpoint,
    lease,
    plan,
    reconcile,
    registration,
    snapshot,
    stay,
)
from tests.unit import component_facts

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOW = START + HOUR
STAYS = registration(end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
HOP = stay(START).model_copy(update={"hop": True})


@pytest.mark.parametrize(
    ("over", "where"),
    [
        ({}, "on plan p5-for-eval"),
        ({"endpoint": endpoint(plan_arn=None)}, "on on-demand"),
        ({"plans": ()}, f"on {PLAN_ARN}, which isn't there any more"),
    ],
)
def test_it_is_told_with_its_config_its_size_and_where_it_is(over: dict[str, Any], where: str) -> None:
    seen = snapshot(**{"endpoint": endpoint(), **over})
    assert seen.endpoint
    assert as_wanted(seen, reconcile()).reason == f"as wanted: {seen.endpoint.config_name}, 1 in service {where}"


def test_components_are_told_with_their_copies_and_strangers_are_not() -> None:
    strange = component_facts.component(name="theirs", ours=False)
    seen = component_facts.seen(components=(component_facts.component(current_copies=1), strange))
    assert as_wanted(seen, reconcile()).reason.endswith("on plan p5-for-eval; copies: llama-8b 1")


# --- out on a hop ---------------------------------------------------------------------------------------------------


def test_a_hop_that_cannot_come_home_is_told_with_why_and_the_end_of_its_cap() -> None:
    full = plan(available_count=0, in_use_count=2)
    held = as_wanted(snapshot(endpoint=endpoint(plan_arn=None), plans=(full,), on_demand=(HOP,)), reconcile())
    assert (held.code, held.next_at) == ("HopAway", NOW + 5 * MINUTE)
    assert held.reason == (
        "the rollout is out on on-demand and can't come home yet: instances asked: 1; plan p5-for-eval has 0 of 2 free"
        "; on-demand ends at 2026-03-04 11:30 UTC by its cap"
    )


@pytest.mark.parametrize(
    "over",
    [
        {"endpoint": endpoint(plan_arn=None, config=None)},
        {"deployment": registration(end_of_window={"ladder": ["delete"]})},
    ],
    ids=["of a type that nobody knows", "no longer allowed"],
)
def test_a_hop_without_a_cap_that_can_be_told_is_told_without(over: dict[str, Any]) -> None:
    seen = snapshot(**{"endpoint": endpoint(plan_arn=None), "on_demand": (HOP,), **over})
    held = as_wanted(seen, reconcile())
    assert held.reason == "the rollout is out on on-demand and can't come home yet: it is about to"


# --- the manifest was removed ---------------------------------------------------------------------------------------

KEPT, GOES = (
    registration({"removed_at": NOW - MINUTE}, on_remove=word, model="my-model-v2") for word in ("keep", "delete")
)
GONE_FOR_ANOTHER = attempt(
    kind="rotate", rung="recreate", target="llama-eval-v2-x1", done=False, code="Unfinished", replaced="my-model"
)
TIDIED = attempt(kind="tidy", target="configs", done=False)
FULL = plan(available_count=0, in_use_count=2)


@pytest.mark.parametrize("deployment", [KEPT, GOES], ids=["kept", "deleted"])
@pytest.mark.parametrize("there", [endpoint(), endpoint(status="Updating"), None], ids=["serves", "updating", "none"])
def test_a_deployment_is_not_forgotten_under_a_run_that_works_on_it(deployment: Any, there: Any) -> None:
    held = decide(snapshot(deployment=deployment, endpoint=there, lease=lease("you", NOW + 9 * MINUTE)))
    assert (held.code, held.next_at) == ("Busy", NOW + 9 * MINUTE)
    ours = decide(snapshot(deployment=KEPT, endpoint=endpoint(), lease=lease("me", NOW + 9 * MINUTE)))
    assert ours.code == "Removed"


@pytest.mark.parametrize(("deployment", "kind"), [(KEPT, "hold"), (GOES, "take_over")], ids=["kept", "deleted"])
def test_what_is_to_be_deleted_takes_over_where_a_run_would_hold_it_beyond_its_window(
    deployment: Any, kind: str
) -> None:
    closing = END - HOUR
    held = lease("you", closing + 9 * MINUTE)
    assert decide(snapshot(now=closing, deployment=deployment, endpoint=endpoint(), lease=held)).kind == kind


@pytest.mark.parametrize(
    ("over", "kind", "code"),
    [
        ({"endpoint": endpoint(plan_arn=None), "on_demand": (HOP,)}, "deploy", ""),
        ({"endpoint": endpoint(plan_arn=None, status="Updating"), "on_demand": (HOP,)}, "hold", "InTransition"),
        ({"endpoint": endpoint(plan_arn=None), "on_demand": (HOP,), "plans": (FULL,)}, "hold", "HopAway"),
        ({"attempts": (GONE_FOR_ANOTHER,)}, "deploy", ""),
        ({"attempts": (TIDIED, GONE_FOR_ANOTHER), "plans": (FULL,)}, "hold", "WaitingForPlan"),
        ({"attempts": (TIDIED, GONE_FOR_ANOTHER), "plans": (plan(status="Failed"),)}, "hold", "Removed"),
        ({"endpoint": endpoint(plan_arn=None)}, "hold", "Removed"),
    ],
    ids=["hop", "hop under way", "hop without room", "recreated", "without room", "without a plan", "on-demand"],
)
def test_what_is_half_way_is_finished_before_it_is_kept_as_it_is(over: dict[str, Any], kind: str, code: str) -> None:
    decision = decide(snapshot(deployment=KEPT, **{"endpoint": None, **over}))
    assert (decision.kind, getattr(decision, "code", "")) == (kind, code)
    assert decide(snapshot(deployment=GOES, **{"endpoint": None, **over})).kind in ("hand_over", "hold", "tidy")


def test_an_endpoint_that_was_never_handed_over_stays_whatever_on_remove_says() -> None:
    """Nobody tags it any more, so nothing is waited for."""
    half = endpoint(tags={"berth:stack": "berth"})
    assert decide(snapshot(deployment=GOES, endpoint=half)).code == "Removed"
    assert decide(snapshot(deployment=GOES, endpoint=endpoint())).kind == "hand_over"


# --- when it is looked at again -------------------------------------------------------------------------------------


def test_parked_off_the_reservation_it_is_looked_at_until_the_instances_are_gone() -> None:
    none = (component_facts.component(desired_copies=0, current_copies=0),)
    parked = component_facts.seen(components=none, reserved=False, plans=())
    now = component_facts.NOW
    assert as_wanted(parked, reconcile()).next_at == now + 5 * MINUTE
    assert parked.endpoint
    gone = parked.endpoint.model_copy(update={"variants": ()})
    assert as_wanted(parked.model_copy(update={"endpoint": gone}), reconcile()).next_at is None
    serving = parked.model_copy(update={"components": (component_facts.component(),)})
    assert as_wanted(serving, reconcile()).next_at is None


def test_the_next_opening_of_any_plan_is_looked_at() -> None:
    later = plan(name="other", arn=f"{PLAN_ARN}-other", blocks=(block(NOW + 5 * HOUR, END),))
    assert as_wanted(snapshot(endpoint=endpoint(), plans=(plan(), later)), reconcile()).next_at == NOW + 5 * HOUR


# --- another run ----------------------------------------------------------------------------------------------------


def test_a_holder_is_waited_for_until_its_lease_lapses_or_the_way_off_can_wait_no_longer() -> None:
    """The way off begins 150 minutes before the end; the rotation that is at it may need 20 minutes to go back."""
    ladder = registration(end_of_window={"ladder": ["delete"]})
    seen = snapshot(deployment=ladder, endpoint=endpoint(ladder), lease=lease("other", END))
    assert seen.lease
    at = taken_over_at(seen, seen.lease)
    assert at == END - 70 * MINUTE
    held = held_by_another(seen, reconcile())
    assert isinstance(held, Hold)
    assert held.next_at == at
    then = held_by_another(seen.model_copy(update={"now": at}), reconcile())
    assert isinstance(then, TakeOver)
    assert then.reason == (
        "the hand-over has to be done by 2026-03-10 10:30 UTC and can't wait for endpoint_rotate, which is stopped"
    )
    assert then.deadline == END - HOUR


def test_off_a_window_nobody_is_stopped() -> None:
    removed = registration({"removed_at": START}, on_remove="delete")
    away = snapshot(deployment=removed, endpoint=endpoint(plan_arn=None), lease=lease("other", NOW + HOUR))
    assert away.lease
    assert taken_over_at(away, away.lease) is None
    assert taken_over_at(snapshot(lease=away.lease), away.lease) is None


def test_a_lease_ends_in_the_second_in_which_it_lapses() -> None:
    assert held_by_another(snapshot(lease=lease("other", NOW)), reconcile()) is None
    assert held_by_another(snapshot(lease=lease("other", NOW + timedelta(seconds=1))), reconcile()) is not None


# --- and the schedule of an endpoint that isn't there ---------------------------------------------------------------


def test_without_an_endpoint_no_rule_of_the_schedule_is_waited_for() -> None:
    scheduled = component_facts.deployed({"schedule": component_facts.WEEKEND})
    opens = block(component_facts.MONDAY, END)
    waits = decide(snapshot(deployment=scheduled, plans=(plan(status="Scheduled", blocks=(opens,)),)))
    assert waits.next_at == component_facts.MONDAY


def test_whoever_has_left_a_plan_does_not_wait_for_it() -> None:
    assert awaited(snapshot(attempts=(attempt(kind="deploy"),))) == ("p5-for-eval",)
    assert awaited(snapshot(deployment=STAYS, endpoint=endpoint(plan_arn=None))) == ()
    small = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 1})
    assert awaited(snapshot(deployment=small, plans=(plan(total_count=0),))) == ("p5-for-eval",)
