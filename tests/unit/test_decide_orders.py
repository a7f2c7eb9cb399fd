"""Whose word about copies is in force, since when, and whether it was carried out."""

from typing import Any

import pytest

from berth_core.decide.orders import BY_HAND, is_carried_out, next_change, order_in_force
from berth_core.facts import Override
from tests.builders import attempt, decide, registration, snapshot, stay
from tests.unit.component_facts import (
    FRIDAY,
    HOUR,
    LLAMA,
    MINUTE,
    MONDAY,
    NOW,
    ROLE,
    WEEKEND,
    by_hand,
    carried_out,
    component,
    deployed,
    seen,
)

ZERO = (component(desired_copies=0, current_copies=0),)
OFF = attempt(kind="hand_over", rung="scale_to_zero", started_at=NOW - HOUR, ended_at=NOW - 30 * MINUTE)
BACK = attempt(kind="deploy", started_at=NOW - 20 * MINUTE, ended_at=NOW - 10 * MINUTE)


def parked(*attempts: Any, **over: Any) -> Any:
    return seen({"idle": {"minutes": 15}}, reserved=False, plans=(), components=ZERO, attempts=attempts, **over)


@pytest.mark.parametrize(("copies", "copies_at"), [(2, None), (None, NOW)], ids=["at no time", "no number"])
def test_half_an_order_by_hand_is_none(copies: int | None, copies_at: Any) -> None:
    over = {"override": Override(copies=copies, copies_at=copies_at)}
    asked = registration(over, model=None, components=[LLAMA], execution_role_arn=ROLE)
    assert order_in_force(seen(deployment=asked)).why == "the manifest's own copies"


def test_an_order_by_hand_is_named_by_its_number_and_its_time() -> None:
    over = {"override": Override(copies=2, copies_at=NOW)}
    asked = registration(over, model=None, components=[LLAMA], execution_role_arn=ROLE)
    order = order_in_force(seen(deployment=asked))
    assert (order.why, order.at, order.copies) == (BY_HAND, NOW, 2)
    assert order.key == f"2 copies by hand at {NOW:%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize("scaling", [{"method": "delete_and_recreate", "wake": False}, {"method": "copies"}])
def test_the_manifests_method_is_each_orders(scaling: dict[str, Any]) -> None:
    assert order_in_force(seen(scaling)).method == scaling["method"]
    scheduled = {**scaling, "schedule": WEEKEND}
    assert order_in_force(seen(scheduled, now=FRIDAY + HOUR)).method == scaling["method"]


@pytest.mark.parametrize(
    ("attempts", "is_parked"),
    [
        ((OFF,), True),
        ((carried_out("x", NOW - MINUTE), OFF), True),
        ((BACK.model_copy(update={"done": False}), OFF), True),
        ((BACK, OFF), False),
        ((OFF.model_copy(update={"done": False}),), False),
        ((OFF.model_copy(update={"rung": "on_demand"}),), False),
    ],
    ids=["parked", "scaled since", "not brought back", "brought back", "not parked", "left another way"],
)
def test_parked_off_the_window_it_stays_until_it_is_brought_back(attempts: Any, is_parked: bool) -> None:
    order = order_in_force(parked(*attempts))
    assert order.why == ("parked off the window" if is_parked else "the manifest's own copies")
    if is_parked:
        assert (order.copies, order.at, order.strict) == (0, OFF.ended_at, False)


def test_without_an_allowance_nothing_wakes_it_whatever_the_schedule_says() -> None:
    not_allowed = deployed({"idle": {"minutes": 15}}, end_of_window={"ladder": ["scale_to_zero"]})
    order = order_in_force(parked(OFF, deployment=not_allowed))
    assert order.why == "parked off the window, and no on-demand is allowed, or none is left"
    assert (order.at, order.strict) == (NOW, True)


def test_nor_does_a_person_who_asks_by_hand_and_is_told_why() -> None:
    not_allowed = deployed(end_of_window={"ladder": ["scale_to_zero"]})
    refused = decide(parked(OFF, deployment=not_allowed), by_hand(copies=2))
    assert (refused.kind, refused.code) == ("refuse", "OverBudget")
    assert refused.reason == (
        "copies asked: 2; it is parked off the window, and no on-demand is allowed, or none is left: "
        "raise end_of_window.on_demand, or wait for a plan"
    )
    assert decide(parked(OFF, deployment=not_allowed), by_hand(copies=0)).kind == "hold"


def test_a_park_of_which_nothing_is_left_is_no_order() -> None:
    assert order_in_force(parked(OFF).model_copy(update={"endpoint": None})).why == "the manifest's own copies"


def test_what_it_would_run_on_has_to_be_known_before_a_call_may_wake_it() -> None:
    looked = parked(OFF)
    assert looked.endpoint
    assert looked.endpoint.config
    untyped = looked.endpoint.config.model_copy(update={"instance_type": None})
    for config in (None, untyped):
        bare = looked.model_copy(update={"endpoint": looked.endpoint.model_copy(update={"config": config})})
        assert order_in_force(bare).strict is True


def test_all_instances_count_against_the_caps_that_a_wake_needs() -> None:
    """100 USD are left: for one instance at 55.04 an hour enough, for four too little to come up and to be gone."""
    allowed = {"instance_types": ["ml.p5.48xlarge"], "max_hours": 100, "max_usd": "2400.00"}
    rich = deployed({"idle": {"minutes": 15}}, end_of_window={"ladder": ["scale_to_zero"], "on_demand": allowed})
    used = stay(NOW - 2300 / 55.04 * HOUR, NOW)
    looked = parked(OFF, deployment=rich, on_demand=(used,))
    assert looked.endpoint
    assert looked.endpoint.config
    for count, strict in ((1, False), (4, True)):
        config = looked.endpoint.config.model_copy(update={"instance_count": count})
        sized = looked.model_copy(update={"endpoint": looked.endpoint.model_copy(update={"config": config})})
        assert order_in_force(sized).strict is strict


# --- the schedule ---------------------------------------------------------------------------------------------------


def test_a_rule_counts_from_its_time_and_one_that_is_to_be_ready_by_then_from_before() -> None:
    on_time = {"schedule": [{"cron": "0 7 ? * MON *", "timezone": "Europe/Berlin", "copies": 2}]}
    ready = {"schedule": [{"cron": "0 7 ? * MON *", "timezone": "Europe/Berlin", "copies": 2, "ready_by": True}]}
    assert order_in_force(seen(on_time, now=MONDAY)).at == MONDAY
    assert order_in_force(seen(ready, now=MONDAY - 5 * MINUTE)).at == MONDAY - 10 * MINUTE
    assert next_change(seen(on_time, now=MONDAY - HOUR)) == MONDAY
    assert next_change(seen(ready, now=MONDAY - HOUR)) == MONDAY - 10 * MINUTE
    # It has begun: what comes next is next week's.
    assert next_change(seen(ready, now=MONDAY - 10 * MINUTE)) is None


def test_a_schedule_that_knows_no_rule_changes_nothing() -> None:
    assert next_change(seen()) is None
    assert next_change(snapshot()) is None


# --- carried out ----------------------------------------------------------------------------------------------------


def test_of_a_full_memory_only_an_order_older_than_all_of_it_was_carried_out() -> None:
    order = order_in_force(seen())

    def remembered(*ended_at: Any) -> Any:
        fill = [attempt(ended_at=ended_at[0]) for _ in range(50 - len(ended_at))]
        return seen(attempts=(*fill, *(attempt(ended_at=each) for each in ended_at)))

    after = order.at + HOUR
    assert is_carried_out(remembered(after), order)
    assert not is_carried_out(remembered(after, order.at - HOUR), order)
    assert not is_carried_out(seen(attempts=tuple(attempt(ended_at=after) for _ in range(49))), order)


def test_an_order_is_carried_out_once_since_the_endpoint_came_onto_its_plan() -> None:
    order = order_in_force(seen())
    done = carried_out(at=NOW - HOUR)
    assert is_carried_out(seen(attempts=(done,)), order)
    assert not is_carried_out(seen(attempts=(carried_out("other", NOW - HOUR),)), order)
    assert not is_carried_out(seen(attempts=(carried_out(at=NOW - HOUR, done=False),)), order)
    assert not is_carried_out(seen(attempts=(BACK, done)), order)
    assert is_carried_out(seen(attempts=(carried_out(at=NOW - 5 * MINUTE), BACK, done)), order)
