"""What came of a change, judged from what is there afterwards."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.facts import EndpointSeen, VariantSeen
from berth_core.outcomes import Outcome, Trouble
from tests.builders import P5, START, endpoint, plan, reconcile, registration, snapshot

V2 = registration(model="my-model-v2")
TWO = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2})


def judge(decision: Any, after: EndpointSeen | None, tested: SmokeTested | None = None, **trouble: str) -> Outcome:
    seen = snapshot(now=START + timedelta(hours=2), deployment=V2, endpoint=after)
    return decide_outcome(seen, decision, tested or SmokeTested(), Trouble.model_validate(trouble))


@pytest.mark.parametrize(
    ("cause", "code", "text"),
    [
        ('{"errorMessage": "no room", "errorType": "RefusedError"}', "States.TaskFailed", "no room"),
        ('{"Error": "InstancesHeld", "Cause": "it is held", "ExecutionArn": "arn"}', "InstancesHeld", "it is held"),
        ('{"Error": 7, "Cause": null}', "States.TaskFailed", '{"Error": 7, "Cause": null}'),
        ("[1]", "States.TaskFailed", "[1]"),
        ("in words", "States.TaskFailed", "in words"),
        ("", "States.TaskFailed", "States.TaskFailed"),
    ],
)
def test_trouble_in_a_run_of_its_own_is_told_by_its_own_name(cause: str, code: str, text: str) -> None:
    trouble = Trouble(Error="States.TaskFailed", Cause=cause)
    assert (trouble.code, trouble.text) == (code, text)


def test_what_stopped_a_run_isnt_said_twice() -> None:
    judged = judge(rotation(), None, Error="EndpointGone", Cause="somebody deleted the endpoint meanwhile")
    assert (judged.code, judged.reason) == ("EndpointGone", "somebody deleted the endpoint meanwhile")


def rotation() -> Any:
    return decide_deployment(snapshot(deployment=V2, endpoint=endpoint()), reconcile())


@pytest.mark.parametrize(
    ("after", "code", "text"),
    [
        (endpoint(V2), "", "is live with 1 in service"),
        (endpoint(), "RolledBack", "rolled back"),
        (endpoint(failure_reason="ping check failed"), "RolledBack", "ping check failed"),
        (endpoint(failure_reason="InsufficientInstanceCapacity error"), "NoCapacity", "InsufficientInstanceCapacity"),
        (endpoint(V2, pending=True), "TimedOut", "still InService"),
        (endpoint(V2, status="Updating"), "TimedOut", "still Updating"),
        (endpoint(V2, status="Failed", failure_reason="it crashed"), "EndpointFailed", "it crashed"),
        (endpoint(status="UpdateRollbackFailed"), "RollbackFailed", "mix of configs"),
        (endpoint(V2, status="OutOfService"), "EndpointFailed", "is OutOfService"),
        (None, "EndpointGone", "deleted"),
    ],
)
def test_a_rotation_is_done_only_when_the_wanted_config_is_live(
    after: EndpointSeen | None, code: str, text: str
) -> None:
    outcome = judge(rotation(), after)
    assert (outcome.code, outcome.kind) == (code, "failed" if code else "done")
    assert text in outcome.reason
    assert outcome.took_seconds == 3600


@pytest.mark.parametrize(("current", "desired", "code"), [(2, 2, ""), (1, 1, "RolledBack"), (1, 2, "RolledBack")])
def test_a_resize_is_done_when_the_instances_are_there(current: int, desired: int, code: str) -> None:
    decision = decide_deployment(
        snapshot(deployment=TWO, endpoint=endpoint(), plans=(plan(available_count=1),)), reconcile()
    )
    variant = VariantSeen(name="main", current_count=current, desired_count=desired)
    assert judge(decision, endpoint(variants=(variant,))).code == code


def test_a_deletion_is_done_when_the_endpoint_is_gone() -> None:
    decision = decide_deployment(snapshot(endpoint=endpoint()), Intent(kind="hand_over", ladder=("delete",)))
    assert judge(decision, None).kind == "done"
    assert judge(decision, endpoint()).code == "StillThere"


def test_a_failed_smoke_test_fails_what_else_is_done_and_nothing_hides_a_rollback() -> None:
    failed = SmokeTested(failed=True, reason="answered 500")
    assert judge(rotation(), endpoint(V2), failed).code == "SmokeTestFailed"
    assert judge(rotation(), endpoint(), failed).code == "RolledBack"


def test_what_stopped_the_machine_explains_a_failure_but_is_none_by_itself() -> None:
    cause = '{"errorMessage": "the type is not offered here", "errorType": "RefusedError"}'
    stopped = judge(rotation(), endpoint(), Error="RefusedError", Cause=cause)
    assert stopped.code == "RefusedError"
    assert stopped.reason.startswith("the type is not offered here; ")
    assert judge(rotation(), endpoint(V2), Error="States.Timeout", Cause="").kind == "done"
