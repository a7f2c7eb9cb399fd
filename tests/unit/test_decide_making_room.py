"""Rolling onto a full reservation: over on-demand and home again, or with a gap; and what a crash in between leaves."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.making_room import UNFINISHED
from berth_core.decisions import Deploy, HandOver, Hold, Refuse, Rotate
from berth_core.facts import ConfigSeen, OnDemandUse
from tests.builders import (
    END,
    ON_DEMAND,
    P4D,
    P5,
    PLAN_ARN,
    START,
    attempt,
    decide,
    endpoint,
    plan,
    registration,
    snapshot,
    stay,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FULL = plan(total_count=1, available_count=0, in_use_count=1)
FREE = plan(total_count=1, available_count=1)
NEW = registration(model="my-model-v2")
WITH_GAP: dict[str, Any] = {"rollout": {"allow_downtime": True}, "end_of_window": {"ladder": ["delete"]}}
GAP = registration(model="my-model-v2", **WITH_GAP)


def hop_stay(**over: Any) -> OnDemandUse:
    return stay(START).model_copy(update={"hop": True, **over})


def away(**over: Any) -> Any:
    """Out on on-demand with the new model, on the way of a rollout."""
    given = {
        "deployment": NEW,
        "endpoint": endpoint(NEW, plan_arn=None),
        "plans": (FREE,),
        "on_demand": (hop_stay(),),
        **over,
    }
    return snapshot(**given)


def begun(deployed: Any = GAP, **over: Any) -> Any:
    """A recreation for the model that is wished, of which nothing but its beginning is known."""
    wanted = endpoint(deployed)
    given = {
        "rung": "recreate",
        "target": wanted.config_name,
        "done": False,
        "code": UNFINISHED,
        "config": wanted.config,
        "replaced": "my-model",
        **over,
    }
    return attempt(**given)


# --- over on-demand -------------------------------------------------------------------------------------------------


def test_a_full_reservation_is_left_with_the_new_model_within_the_cap() -> None:
    decision = decide(snapshot(deployment=NEW, endpoint=endpoint(), plans=(FULL,)))
    assert isinstance(decision, Rotate)
    assert (decision.strategy, decision.rung, decision.action) == ("hop", "hop", "update")
    assert (decision.config.plan_arn, decision.config.model, decision.config.instance_type) == (None, "my-model-v2", P5)
    assert decision.plan is None
    assert "all_at_once needs a whole second fleet, 1 free of the reservation, and 0 are free" in decision.reason


def test_a_type_without_capacity_is_passed_over_and_tried_again_when_all_were() -> None:
    def tried(*types: str) -> Any:
        targets = [endpoint(NEW, plan_arn=None, instance_type=each).config_name for each in types]
        old = START - 3 * HOUR
        failures = tuple(
            attempt(rung="hop", target=each, done=False, code="NoCapacity", started_at=old, ended_at=old)
            for each in targets
        )
        return decide(snapshot(deployment=NEW, endpoint=endpoint(), plans=(FULL,), attempts=failures))

    assert tried(P5).config.instance_type == P4D
    assert tried(P5, P4D).config.instance_type == P5


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"max_usd": "10.00"}, "hop needs 0.8 h of on-demand: 0.2 h are left for 1 x ml.p5.48xlarge at 55.04 USD"),
        ({"instance_types": ["ml.unpriced.1"]}, "0.0 h are left for 1 x ml.unpriced.1 at Infinity USD an hour"),
    ],
)
def test_a_hop_beyond_its_caps_is_refused_with_the_numbers(over: dict[str, Any], words: str) -> None:
    small = registration(model="my-model-v2", end_of_window={"on_demand": {**ON_DEMAND, **over}})
    decision = decide(snapshot(deployment=small, endpoint=endpoint(), plans=(FULL,)))
    assert isinstance(decision, Refuse)
    assert words in decision.reason


def test_what_was_spent_before_counts() -> None:
    used = (stay(START - 24 * HOUR, START),)
    decision = decide(snapshot(deployment=NEW, endpoint=endpoint(), plans=(FULL,), on_demand=used))
    assert isinstance(decision, Refuse)
    assert "24.0 of 24 h" in decision.reason


def test_no_hop_begins_that_could_not_be_home_before_the_way_off() -> None:
    decision = decide(snapshot(now=END - 180 * MINUTE, deployment=NEW, endpoint=endpoint(), plans=(FULL,)))
    assert isinstance(decision, Refuse)
    assert "hop has no time: it takes 40 minutes, and the way off the window begins at" in decision.reason


def test_no_hop_begins_that_has_no_plan_to_come_home_to() -> None:
    moved = registration(model="my-model-v2", reservation={"plans": ["p5-second"], "instance_type": P5})
    decision = decide(snapshot(deployment=moved, endpoint=endpoint(), plans=(FULL,)))
    assert isinstance(decision, Refuse)
    assert "hop couldn't come home: the manifest doesn't name plan p5-for-eval" in decision.reason


@pytest.mark.parametrize(
    "over",
    [{}, {"hold_until": END}, {"end_of_window": {"on_demand": ON_DEMAND, "return_to_reserved": False}}],
)
def test_out_on_a_hop_it_comes_home_whatever_the_manifest_says_of_waiting(over: dict[str, Any]) -> None:
    decision = decide(away(deployment=registration(model="my-model-v2", **over)))
    assert isinstance(decision, Deploy)
    assert (decision.action, decision.config.plan_arn) == ("update", PLAN_ARN)
    assert decision.reason.startswith("the rollout's hop over on-demand leads home")


def test_a_stay_that_is_no_hop_comes_home_only_if_the_manifest_says_so() -> None:
    stays = registration(model="my-model-v2", end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    decision = decide(away(deployment=stays, on_demand=(stay(START),)))
    assert isinstance(decision, Hold)
    assert decision.code == "AsWanted"


def test_a_hop_that_cannot_come_home_is_told_with_the_end_of_its_cap() -> None:
    decision = decide(away(plans=(FULL,)))
    assert isinstance(decision, Hold)
    assert decision.code == "HopAway"
    assert "0 of 1 free" in decision.reason
    assert "on-demand ends at 2026-03-04 11:30 UTC by its cap" in decision.reason
    unknown = decide(away(plans=(FULL,), deployment=registration(model="my-model-v2", end_of_window={})))
    assert isinstance(unknown, HandOver | Hold)


def test_a_hop_ends_by_its_cap_like_any_stay() -> None:
    decision = decide(away(now=START + 24 * HOUR, plans=(FULL,)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"


def test_a_crash_before_the_update_leads_out_again() -> None:
    decision = decide(snapshot(deployment=NEW, endpoint=endpoint(), plans=(FULL,), on_demand=(hop_stay(),)))
    assert isinstance(decision, Rotate)
    assert decision.rung == "hop"


# --- with a gap -----------------------------------------------------------------------------------------------------


def test_with_a_word_for_it_the_endpoint_is_deleted_first() -> None:
    decision = decide(snapshot(deployment=GAP, endpoint=endpoint(), plans=(FULL,)))
    assert isinstance(decision, Rotate)
    assert (decision.strategy, decision.rung, decision.action) == ("recreate", "recreate", "replace")
    assert (decision.replaced, decision.plan, decision.config.plan_arn) == ("my-model", "p5-for-eval", PLAN_ARN)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"now": END - 90 * MINUTE}, "recreate has no time"),
        ({"plans": (FULL.model_copy(update={"name": "other"}),)}, "recreate couldn't come back"),
        ({"plans": ()}, None),
        (
            {"deployment": registration(
                model="my-model-v2", **WITH_GAP, reservation={"plans": ["p5-for-eval"], "instance_type": P5,
                "instance_count": 2})},
            "instances asked: 2",
        ),
    ],
)  # fmt: skip
def test_a_gap_with_no_way_back_is_never_opened(over: dict[str, Any], words: str | None) -> None:
    decision = decide(snapshot(**{"deployment": GAP, "endpoint": endpoint(), "plans": (FULL,), **over}))
    assert not isinstance(decision, Rotate) or decision.action != "replace"
    assert words is None or words in decision.reason


def test_a_fleet_for_which_others_left_no_room_is_not_deleted() -> None:
    two = registration(
        model="my-model-v2",
        **WITH_GAP,
        reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2},
    )
    crowded = plan(total_count=2, available_count=0, in_use_count=2)
    decision = decide(snapshot(deployment=two, endpoint=endpoint(), plans=(crowded,)))
    assert isinstance(decision, Refuse)
    assert "recreate needs 2 of the reservation, and 0 free and 1 of its own are there" in decision.reason


@pytest.mark.parametrize("hold_until", [None, END])
def test_what_was_deleted_and_not_made_is_made_whatever_tells_to_wait(hold_until: Any) -> None:
    waiting = registration(model="my-model-v2", **WITH_GAP, hold_until=hold_until)
    decision = decide(snapshot(deployment=waiting, plans=(FREE,), attempts=(begun(waiting),)))
    assert isinstance(decision, Deploy)
    assert (decision.action, decision.config.model) == ("create", "my-model-v2")


@pytest.mark.parametrize(
    "attempts",
    [
        (begun(code="EndpointFailed"),),
        (attempt(kind="deploy", target=endpoint(GAP).config_name, done=False, code="EndpointFailed"), begun()),
    ],
)
def test_a_new_model_that_did_not_start_gives_way_to_the_one_before(attempts: Any) -> None:
    failed = endpoint(GAP, status="Failed")
    decision = decide(snapshot(now=START + 3 * HOUR, deployment=GAP, endpoint=failed, plans=(FULL,), attempts=attempts))
    assert isinstance(decision, Deploy)
    assert (decision.action, decision.config.model) == ("replace", "my-model")
    assert "my-model, which ran before, is made again" in decision.reason


def test_another_model_wished_meanwhile_goes_before_the_one_that_ran() -> None:
    third = registration({"registered_at": START}, model="my-model-v3", **WITH_GAP)
    failures = (begun(code="EndpointFailed"),)
    decision = decide(snapshot(deployment=third, endpoint=None, plans=(FREE,), attempts=failures))
    assert isinstance(decision, Deploy)
    assert decision.config.model == "my-model-v3"


def test_a_failed_gap_is_not_opened_again_for_the_same_model() -> None:
    back = attempt(kind="deploy", target=endpoint().config_name)
    failures = (back, begun(code="EndpointFailed"))
    decision = decide(snapshot(deployment=GAP, endpoint=endpoint(), plans=(FULL,), attempts=failures))
    assert isinstance(decision, Hold)
    assert decision.code == "GaveUp"
    assert "another try is another gap" in decision.reason


def test_what_ran_before_is_not_guessed() -> None:
    unknown = begun(code="EndpointFailed", replaced=None, config=None)
    decision = decide(snapshot(deployment=GAP, plans=(FREE,), attempts=(unknown,)))
    assert isinstance(decision, Hold | Deploy)
    assert not isinstance(decision, Deploy) or decision.config.model == "my-model-v2"
    assert ConfigSeen(name="x", model=None, instance_type=None, instance_count=None).execution_role_arn is None
