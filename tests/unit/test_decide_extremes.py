"""Decisions at the far ends: many failures, no price, two wishes at once."""

from datetime import timedelta

from berth_core.decide.settled import as_wanted
from berth_core.decisions import HandOver, Rotate
from berth_core.recording import Happened, record
from tests.builders import (
    END,
    P5,
    PLAN_ARN,
    START,
    attempt,
    decide,
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


def test_any_number_of_failures_in_a_row_still_gives_a_rest() -> None:
    failed = attempt(kind="deploy", target="x", done=False, code="EndpointFailed", ended_at=START)
    target = decide(snapshot()).config.name
    failures = (failed.model_copy(update={"target": target}),) * 60
    resting = decide(snapshot(now=START + MINUTE, attempts=failures))
    assert (resting.code, resting.next_at) == ("BackingOff", START + 60 * MINUTE)


def test_a_strangers_endpoint_of_an_unpriced_type_is_left_alone() -> None:
    foreign = endpoint(plan_arn=None, instance_type="ml.unheard-of.1", tags={})
    seen = snapshot(endpoint=foreign, on_demand=(stay(START - HOUR, instance_type="ml.unheard-of.1"),))
    assert decide(seen).code == "WaitingForAdoption"
    recording = record(Happened(deployment="llama-eval", machine="m", now=seen.now, decision=decide(seen), seen=seen))
    assert recording.stay_begun is None


def test_a_new_model_and_a_new_count_at_once_go_one_after_the_other_where_both_do_not_fit() -> None:
    both = registration(
        model="my-model-v2", reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2}
    )
    seen = snapshot(deployment=both, endpoint=endpoint(), plans=(plan(available_count=1, in_use_count=1),))
    decision = decide(seen)
    assert isinstance(decision, Rotate)
    assert (decision.config.model, decision.config.instance_count, decision.rollout) == ("my-model-v2", 1, None)


def test_a_question_that_leaves_no_endpoint_to_the_last_one_still_gets_an_answer() -> None:
    held = as_wanted(snapshot(), reconcile())
    assert (held.code, held.reason) == ("NoEndpoint", "there is no endpoint, and nothing asks for one")


def test_on_demand_takes_as_many_as_run_not_as_many_as_were_refused() -> None:
    three = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 3})
    decision = decide(snapshot(now=END - 2 * HOUR, deployment=three, endpoint=endpoint(count=2)))
    assert isinstance(decision, HandOver)
    assert decision.config is not None
    assert decision.config.instance_count == 2
