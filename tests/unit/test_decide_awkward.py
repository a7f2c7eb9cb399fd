"""What people, AWS and the calendar do to a deployment that nobody planned for: one sentence each."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_core.decide.budget import spent
from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, HandOver, Hold, Refuse, Rotate
from berth_core.facts import Policy
from tests.builders import (
    END,
    ON_DEMAND,
    P4D,
    P5,
    PLAN_ARN,
    START,
    attempt,
    block,
    endpoint,
    plan,
    reconcile,
    registration,
    snapshot,
    stay,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND_ARN = PLAN_ARN + "-second"


def decide(seen: Any, intent: Intent | None = None) -> Any:
    return decide_deployment(seen, intent or reconcile())


def two_plans(**over: Any) -> Any:
    return registration(reservation={"plans": ["p5-for-eval", "p5-second"], "instance_type": P5}, **over)


def second(**over: Any) -> Any:
    return plan(**{"name": "p5-second", "arn": SECOND_ARN, **over})


# --- no way off is slept through ------------------------------------------------------------------------------------

NEW_MODEL = registration(model="my-model-v2")
WANTED = "llama-eval-" + endpoint(NEW_MODEL).config_name.split("-")[2] + "-x1"
FAILED = attempt(target=WANTED, done=False, code="RolledBack", ended_at=START + HOUR)


@pytest.mark.parametrize(
    ("code", "over"),
    [
        ("GaveUp", {"deployment": NEW_MODEL, "endpoint": endpoint(), "attempts": (FAILED,) * 3}),
        ("Drift", {"deployment": registration(on_drift="hold"), "endpoint": endpoint(config_name="by-hand")}),
        ("DriftAccepted", {
            "deployment": registration(on_drift="accept"), "endpoint": endpoint(config_name="by-hand")
        }),
        ("OverReserved", {
            "deployment": registration(
                reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 3}
            ),
            "endpoint": endpoint(),
        }),
        ("WrongType", {
            "deployment": registration(reservation={"plans": ["p5-for-eval"], "instance_type": P4D}),
            "endpoint": endpoint(),
        }),
        ("HoldUntil", {"deployment": registration(hold_until=END + 24 * HOUR), "endpoint": endpoint()}),
        ("NoEndpoint", {"endpoint": endpoint(status="OutOfService")}),
        ("AsWanted", {"endpoint": endpoint()}),
    ],
)  # fmt: skip
def test_whatever_is_held_the_way_off_is_never_slept_through(code: str, over: dict[str, Any]) -> None:
    decision = decide(snapshot(now=START + 4 * HOUR, **over))
    assert isinstance(decision, Hold | Refuse)
    assert (decision.code, decision.next_at) == (code, END - 150 * MINUTE)


def test_a_rest_after_a_failure_ends_when_the_way_off_begins() -> None:
    failures = tuple(
        attempt(target=WANTED, done=False, code="NoCapacity", ended_at=END - 156 * MINUTE) for _ in range(2)
    )
    quick = tuple(attempt() for _ in range(5))
    seen = snapshot(now=END - 155 * MINUTE, deployment=NEW_MODEL, endpoint=endpoint(), attempts=(*failures, *quick))
    decision = decide(seen)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("BackingOff", END - 150 * MINUTE)


def test_an_observing_stack_looks_again_soon_since_nothing_tells_that_it_may_act() -> None:
    decision = decide(snapshot(policy=Policy(stack="berth", observe_only=True)))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("ObserveOnly", START + 65 * MINUTE)


@pytest.mark.parametrize("failures", [1, 2, 3, 4])
def test_a_rest_between_two_rungs_ends_when_the_next_one_has_to_begin(failures: int) -> None:
    delete_by = END - 70 * MINUTE
    last = delete_by - 2 * MINUTE
    failed = attempt(kind="hand_over", rung="on_demand", done=False, code="NoCapacity", ended_at=last)
    away = registration(end_of_window={"on_demand": {**ON_DEMAND, "instance_types": [P5]}})
    quick = tuple(
        attempt(kind="hand_over", rung="on_demand", started_at=START, ended_at=START + 3 * MINUTE) for _ in range(5)
    )
    history = (*(failed,) * failures, *quick)
    seen = snapshot(now=last + MINUTE, deployment=away, endpoint=endpoint(), attempts=history)
    decision = decide(seen)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("BackingOff", delete_by)


# --- plans that change under the endpoint ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ended",
    [
        plan(status="Expired", available_count=0),
        plan(status="Failed", available_count=0),
        plan(blocks=(block().model_copy(update={"status": "Expired"}),)),
    ],
)
def test_a_plan_that_is_over_before_its_end_time_is_left_at_once(ended: Any) -> None:
    decision = decide(snapshot(endpoint=endpoint(), plans=(ended,)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"


def test_a_plan_still_called_active_after_its_last_block_takes_nobody() -> None:
    decision = decide(snapshot(now=END + MINUTE))
    assert isinstance(decision, Hold)
    assert decision.code == "WaitingForPlan"


def test_a_plan_still_called_active_between_its_blocks_is_waited_for() -> None:
    later = block(END + 24 * HOUR, END + 48 * HOUR)
    decision = decide(snapshot(now=END + MINUTE, plans=(plan(blocks=(block(), later)),)))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("WaitingForPlan", later.starts_at)


def test_from_a_plan_that_the_manifest_no_longer_names_the_way_leads_to_the_one_that_it_names() -> None:
    renamed = registration(
        reservation={"plans": ["p5-second"], "instance_type": P5}, end_of_window={"ladder": ["next_plan", "delete"]}
    )
    open_long = second(blocks=(block(START, END + 48 * HOUR),))
    decision = decide(snapshot(now=END - HOUR, deployment=renamed, endpoint=endpoint(), plans=(open_long, plan())))
    assert isinstance(decision, HandOver)
    assert decision.config is not None
    assert (decision.rung, decision.config.plan_arn) == ("next_plan", SECOND_ARN)


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({}, "is closing"),
        ({"blocks": (block(START, END + 48 * HOUR),), "targets": ("training-job",)}, "not for endpoints"),
        ({"blocks": (block(START, END + 48 * HOUR).model_copy(update={"instance_type": P4D}),)}, "reserves ml.p4d"),
    ],
)
def test_no_next_plan_is_one_that_closes_too_or_does_not_fit(over: dict[str, Any], why: str) -> None:
    seen = snapshot(now=END - 100 * MINUTE, deployment=two_plans(), endpoint=endpoint(), plans=(plan(), second(**over)))
    decision = decide(seen)
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"
    assert why in decision.reason


def test_a_reservation_is_told_by_the_config_if_the_variants_do_not_say() -> None:
    silent = endpoint(variants=tuple(each.model_copy(update={"plan_arn": None}) for each in endpoint().variants))
    assert silent.plan_arn == PLAN_ARN
    assert isinstance(decide(snapshot(now=END - HOUR, endpoint=silent)), HandOver)


# --- manifests that change under the endpoint -----------------------------------------------------------------------

COMPONENTS = [{"name": "llama-8b", "model": "my-model"}]
ROLE = "arn:aws:iam::111122223333:role/inference"


def test_an_endpoint_with_components_leaves_its_window_like_any_other() -> None:
    deployed = registration(model=None, components=COMPONENTS, execution_role_arn=ROLE)
    decision = decide(snapshot(now=END - 65 * MINUTE, deployment=deployed, endpoint=endpoint(deployed)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"


def test_an_endpoint_for_a_model_is_not_moved_to_a_config_for_components() -> None:
    deployed = registration(model=None, components=COMPONENTS, execution_role_arn=ROLE)
    decision = decide(snapshot(now=END - 65 * MINUTE, deployment=deployed, endpoint=endpoint()))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"
    assert "on_demand: the endpoint is for a model, the manifest names components" in decision.reason


def test_on_demand_that_the_manifest_no_longer_allows_ends_at_once() -> None:
    now = END + HOUR
    away = snapshot(
        now=now,
        deployment=registration(end_of_window={}),
        plans=(plan(status="Expired"),),
        endpoint=endpoint(plan_arn=None),
        on_demand=(stay(END - HOUR),),
        attempts=(attempt(kind="hand_over", rung="on_demand"),),
    )
    decision = decide(away)
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"
    assert "the manifest no longer allows any" in decision.reason


def test_an_endpoint_taken_over_on_on_demand_waits_there_for_its_plan() -> None:
    taken_over = snapshot(
        now=START - HOUR,
        deployment=registration(end_of_window={}),
        plans=(plan(status="Scheduled"),),
        endpoint=endpoint(plan_arn=None),
        on_demand=(stay(START - 2 * HOUR),),
    )
    decision = decide(taken_over)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("AsWanted", START)


def test_by_hand_it_comes_home_even_if_it_does_not_by_itself() -> None:
    stays = registration(end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    seen = snapshot(deployment=stays, endpoint=endpoint(plan_arn=None), on_demand=(stay(START),))
    assert isinstance(decide(seen), Hold)
    assert isinstance(decide(seen, Intent(kind="deploy")), Deploy)


def test_a_plan_asked_for_by_hand_has_to_be_in_the_manifest() -> None:
    decision = decide(snapshot(), Intent(kind="deploy", plan="p5-other"))
    assert isinstance(decision, Refuse)
    assert "the manifest doesn't name plan p5-other" in decision.reason


# --- endpoints in an odd state --------------------------------------------------------------------------------------


def test_a_failed_endpoint_that_fills_the_plan_is_replaced_all_the_same() -> None:
    full = plan(available_count=0, in_use_count=2)
    decision = decide(snapshot(endpoint=endpoint(status="Failed", count=2), plans=(full,)))
    assert isinstance(decision, Deploy)
    assert decision.action == "replace"


def test_a_full_plan_is_no_place_for_somebody_elses_failure() -> None:
    full = plan(available_count=0, in_use_count=2)
    failed = endpoint(status="Failed", plan_arn=SECOND_ARN)
    assert isinstance(decide(snapshot(endpoint=failed, plans=(full,))), Hold)


def test_a_failed_endpoint_is_cleared_away_when_its_window_closes() -> None:
    seen = snapshot(now=END - HOUR, endpoint=endpoint(status="Failed"))
    decision = decide(seen)
    assert isinstance(decision, HandOver)
    assert (decision.rung, decision.action) == ("delete", "delete")


def test_a_failed_endpoint_stays_if_the_ladder_deletes_nothing() -> None:
    kept = registration(end_of_window={"on_demand": ON_DEMAND, "ladder": ["on_demand"]})
    assert isinstance(decide(snapshot(now=END - HOUR, deployment=kept, endpoint=endpoint(status="Failed"))), Refuse)


def test_a_mix_on_on_demand_is_updated_though_no_plan_is_open() -> None:
    mixed = endpoint(plan_arn=None, status="UpdateRollbackFailed")
    decision = decide(snapshot(now=END + HOUR, endpoint=mixed, plans=(plan(status="Expired"),)))
    assert isinstance(decision, Rotate)


# --- ladders and caps at their limits -------------------------------------------------------------------------------


@pytest.mark.parametrize("ladder", [["extend"], ["next_plan"], ["scale_to_zero"]])
def test_a_ladder_without_a_rung_to_climb_is_told_while_a_person_can_still_act(ladder: list[str]) -> None:
    deployed = registration(end_of_window={"ladder": ladder, "extend": {"max_price_usd": "100.00"}})
    before = decide(snapshot(now=START + HOUR, deployment=deployed, endpoint=endpoint()))
    asks_people_at = END - 90 * MINUTE - 3 * 24 * HOUR
    assert before.next_at == (asks_people_at if ladder == ["extend"] else END - HOUR)
    decision = decide(snapshot(now=END - HOUR, deployment=deployed, endpoint=endpoint()))
    assert isinstance(decision, Refuse)
    assert (decision.code, decision.next_at) == ("LadderExhausted", END - 55 * MINUTE)


def test_on_demand_that_would_be_over_before_it_serves_is_not_begun() -> None:
    small = registration(end_of_window={"on_demand": {**ON_DEMAND, "max_usd": "9.00"}})  # 10 minutes of p5, 25 of p4d
    waiting = decide(snapshot(now=END - 100 * MINUTE, deployment=small, endpoint=endpoint()))
    assert waiting.code == "WaitingToDelete"
    assert "on_demand: its hours or its USD are used up" in waiting.reason
    decision = decide(snapshot(now=END - 70 * MINUTE, deployment=small, endpoint=endpoint()))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"


def test_a_stay_of_no_time_at_no_known_price_costs_nothing_yet() -> None:
    seen = snapshot(now=START, on_demand=(stay(START, instance_type="ml.unheard-of.1"),))
    assert spent(seen).usd == Decimal(0)


def test_a_block_shorter_than_its_ladder_is_refused_in_words() -> None:
    short = plan(blocks=(block(START, START + 2 * HOUR),))
    decision = decide(snapshot(now=START + MINUTE, plans=(short,)))
    assert isinstance(decision, Refuse)
    assert "closing" in decision.reason
