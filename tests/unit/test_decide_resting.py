"""How long is rested after a failure, what counts as one, and when what forbids acting is looked at again."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.forbidding import target_of
from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, HandOver, Rotate
from berth_core.naming import decision_id
from tests.builders import (
    END,
    START,
    attempt,
    decide,
    endpoint,
    outcome_of,
    plan,
    reconcile,
    registration,
    snapshot,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOW = START + HOUR


def failed(decision: Any, ended_at: Any, times: int = 1, **over: Any) -> Any:
    """So often has the decision failed already, at last then."""
    fields = {"kind": decision.kind, "target": target_of(decision), "rung": getattr(decision, "rung", None)}
    return tuple(
        attempt(**(fields | {"done": False, "code": "Broken", "ended_at": ended_at} | over)) for _ in range(times)
    )


# --- when it is looked at again -------------------------------------------------------------------------------------


def test_what_changes_by_itself_is_looked_at_again_in_five_minutes() -> None:
    assert decide(snapshot(endpoint=endpoint(status="Updating"))).next_at == NOW + 5 * MINUTE
    assert decide(snapshot(), reconcile(rounds=5)).next_at == NOW + 5 * MINUTE


def test_a_hold_ends_in_the_moment_that_it_names() -> None:
    assert decide(snapshot(deployment=registration(hold_until=NOW + MINUTE))).code == "HoldUntil"
    assert isinstance(decide(snapshot(deployment=registration(hold_until=NOW))), Deploy)


# --- after failures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("times", "minutes"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (30, 60)])
def test_a_deployment_is_tried_on_and_on_after_rests_that_double_up_to_an_hour(times: int, minutes: int) -> None:
    tries = failed(decide(snapshot()), NOW, times)
    rests = decide(snapshot(now=NOW + minutes * MINUTE - timedelta(seconds=1), attempts=tries))
    assert (rests.code, rests.next_at) == ("BackingOff", NOW + minutes * MINUTE)
    assert isinstance(decide(snapshot(now=NOW + minutes * MINUTE, attempts=tries)), Deploy)


def test_a_way_off_that_is_late_rests_twenty_minutes_at_most() -> None:
    seen = snapshot(now=END - 30 * MINUTE, endpoint=endpoint())
    tries = failed(decide(seen), END - 35 * MINUTE, 5)
    rests = decide(seen.model_copy(update={"attempts": tries}))
    assert (rests.code, rests.next_at) == ("BackingOff", END - 15 * MINUTE)


def test_the_next_rung_is_not_slept_through() -> None:
    """On demand has until 70 minutes before the end. Then it is the next one's turn; after that there is none."""
    seen = snapshot(now=END - 74 * MINUTE, endpoint=endpoint())
    before = failed(decide(seen), END - 75 * MINUTE, 3)
    assert decide(seen.model_copy(update={"attempts": before})).next_at == END - 70 * MINUTE
    then = snapshot(now=END - 69 * MINUTE, endpoint=endpoint())
    after = failed(decide(then), END - 70 * MINUTE, started_at=END - 80 * MINUTE)
    assert decide(then.model_copy(update={"attempts": after})).next_at == END - 65 * MINUTE


def test_what_is_given_up_is_told_with_what_failed_how_often_and_the_way_out() -> None:
    seen = snapshot(deployment=registration(model="my-model-v2"), endpoint=endpoint())
    decision = decide(seen)
    held = decide(seen.model_copy(update={"attempts": failed(decision, NOW - MINUTE, 3)}))
    assert (held.code, held.next_at) == ("GaveUp", END - 150 * MINUTE)
    assert held.reason == (f"{decision.config.name} failed 3 times (Broken): change the manifest, or rotate by hand")


@pytest.mark.parametrize(
    "over", [{"target": "another"}, {"kind": "deploy"}, {"done": True}], ids=["of another", "of another kind", "none"]
)
def test_only_failures_of_the_same_thing_count(over: dict[str, Any]) -> None:
    seen = snapshot(deployment=registration(model="my-model-v2"), endpoint=endpoint())
    tries = failed(decide(seen), NOW, 4, **over)
    assert isinstance(decide(seen.model_copy(update={"attempts": tries})), Rotate)


# --- what a decision is known by ------------------------------------------------------------------------------------


def test_a_decisions_id_is_of_its_kind_and_of_what_it_aims_at() -> None:
    closing = snapshot(now=END - 2 * HOUR, endpoint=endpoint())
    last = snapshot(
        now=END - 70 * MINUTE, deployment=registration(end_of_window={"ladder": ["delete"]}), endpoint=endpoint()
    )
    for seen in (
        snapshot(),
        snapshot(deployment=registration(model="my-model-v2"), endpoint=endpoint()),
        closing,
        last,
    ):
        decision = decide(seen)
        assert decision.id == decision_id(seen, decision.kind, target_of(decision)), decision.kind


# --- the way off, in its details ------------------------------------------------------------------------------------


def test_a_hand_over_says_onto_what() -> None:
    decision = decide(snapshot(now=END - 2 * HOUR, endpoint=endpoint(count=2)))
    assert decision.reason == (
        "the window of plan p5-for-eval closes at 2026-03-10 11:30 UTC; next_plan: the manifest names no other plan; "
        "on_demand with 2 x ml.p5.48xlarge"
    )


@pytest.mark.parametrize(
    ("minutes", "takes"),
    [(80, "on_demand"), (79, "WaitingToDelete"), (70, "delete"), (65, "delete"), (64, "on_demand")],
)
def test_late_is_better_than_never_and_in_time_is_better_than_late(minutes: int, takes: str) -> None:
    """On demand takes 20 minutes and a deletion 5, and all has to be done an hour before the end."""
    began = attempt(kind="hand_over", rung="next_plan", done=False, started_at=END - 150 * MINUTE)
    seen = snapshot(now=END - minutes * MINUTE, endpoint=endpoint(), attempts=(began,))
    decision = decide(seen)
    assert (decision.rung if isinstance(decision, HandOver) else decision.code) == takes


def test_what_has_failed_already_is_no_reason_to_pass_over_what_is_late() -> None:
    deployed = registration(end_of_window={"ladder": ["delete", "on_demand"], "on_demand": {
        "instance_types": ["ml.p5.48xlarge"], "max_hours": 24, "max_usd": "2400.00"}})  # fmt: skip
    began = attempt(kind="hand_over", rung="next_plan", done=False, started_at=END - 150 * MINUTE)
    seen = snapshot(now=END - 68 * MINUTE, deployment=deployed, endpoint=endpoint(deployed), attempts=(began,))
    deleted: Any = decide(seen, Intent(kind="hand_over"))
    assert deleted.rung == "delete"
    second = decide(seen, Intent(kind="hand_over", tried=(outcome_of(deleted, "failed"),)))
    assert isinstance(second, HandOver)
    assert second.rung == "on_demand"


def test_by_hand_there_is_as_much_time_as_the_rungs_take() -> None:
    """Off on-demand there is only the deletion: five minutes, twice."""
    decision = decide(snapshot(endpoint=endpoint(plan_arn=None)), Intent(kind="hand_over"))
    assert (decision.rung, decision.finish_by, decision.give_up_at) == ("delete", NOW + 10 * MINUTE, NOW + 10 * MINUTE)


def test_what_runs_moves_with_its_model_and_under_a_hold_with_its_size() -> None:
    reservation = {"plans": ["p5-for-eval", "p5-second"], "instance_type": "ml.p5.48xlarge", "instance_count": 1}
    spare = plan(name="p5-second", arn=f"{plan().arn}-second", blocks=(plan().blocks[0].model_copy(
        update={"ends_at": END + 100 * HOUR}),))  # fmt: skip
    for hold_until, model, count in ((END + HOUR, "by-hand", 2), (None, "by-hand", 1)):
        deployed = registration(reservation=reservation, hold_until=hold_until)
        live = endpoint(registration(model="by-hand"), count=2)
        decision = decide(snapshot(now=END - HOUR, deployment=deployed, endpoint=live, plans=(plan(), spare)))
        assert isinstance(decision, HandOver)
        assert decision.config
        assert (decision.config.model, decision.config.instance_count) == (model, count)


def test_under_a_hold_an_endpoint_whose_config_is_gone_still_leaves() -> None:
    held = registration(hold_until=END + HOUR)
    assert isinstance(decide(snapshot(now=END - HOUR, deployment=held, endpoint=endpoint(config=None))), HandOver)


def test_a_ladder_that_is_used_up_rests_as_long_again_as_it_has_been_so() -> None:
    """Of two types both have failed: what is left of the plan is the time of one, twice, before the end."""
    deployed = registration(end_of_window={"ladder": ["on_demand"], "on_demand": {
        "instance_types": ["ml.p5.48xlarge", "ml.p4d.24xlarge"], "max_hours": 24, "max_usd": "2400.00"}})  # fmt: skip
    seen = snapshot(now=END - 90 * MINUTE, deployment=deployed, endpoint=endpoint(deployed))
    first: Any = decide(seen, Intent(kind="hand_over"))
    second: Any = decide(seen, Intent(kind="hand_over", tried=(outcome_of(first, "failed"),)))
    tried = (outcome_of(first, "failed"), outcome_of(second, "failed"))
    told: Any = decide(seen, Intent(kind="hand_over", tried=tried))
    assert (told.code, told.next_at) == ("LadderExhausted", END - 80 * MINUTE)
