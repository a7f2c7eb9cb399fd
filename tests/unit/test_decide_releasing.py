"""Where a release is tried out, whether it may go to production, and what came of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from berth_core.decide.released import MOST_ROUNDS, ReleaseSoFar, decide_release_outcome
from berth_core.decide.releasing import (
    decide_release,
    trial_name,
)
from berth_core.decide.runnable import why_not_serverless
from berth_core.decisions import Refuse
from berth_core.facts import Snapshot
from berth_core.releases import Checked, ContainerSeen, ModelSeen, Promote, ReleaseOutcome, Stage
from tests.builders import START, endpoint, registration, snapshot

RUN = "arn:aws:states:us-east-1:111122223333:execution:berth-release-promote:one"


def model(**over: Any) -> ModelSeen:
    container = ContainerSeen(image="xgboost:1.7-1")
    return ModelSeen(**{"name": "v2", "created_at": START, "containers": (container,), **over})


def seen(**manifest_over: Any) -> Snapshot:
    return snapshot(deployment=registration(**manifest_over))


def staged(**staging: Any) -> Stage:
    decision = decide_release(seen(staging=staging), "v2", model(), RUN)
    assert isinstance(decision, Stage)
    return decision


# --- where it can run -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"in_vpc": True}, "VPC"),
        ({"isolated": True}, "isolated"),
        ({"containers": (ContainerSeen(), ContainerSeen())}, "pipeline of 2 containers"),
        ({"containers": (ContainerSeen(multi_model=True),)}, "many models"),
        ({"containers": (ContainerSeen(image="r/i:1", private_registry=True),)}, "private registry"),
        ({"containers": (ContainerSeen(image="pytorch-inference:2.6.0-gpu-py312"),)}, "accelerators"),
        ({"containers": (ContainerSeen(image="djl-inference:0.36.0-lmi18.0.0-cu128"),)}, "accelerators"),
        ({"containers": (ContainerSeen(image="djl-inference:0.31.0-neuronx-sdk2.20.1"),)}, "accelerators"),
    ],
)
def test_what_speaks_against_serverless_is_named_with_the_way_out(over: dict[str, Any], told: str) -> None:
    reason = why_not_serverless(model(**over))
    assert reason is not None
    assert told in reason
    decision = decide_release(seen(), "v2", model(**over), RUN)
    assert isinstance(decision, Refuse)
    assert decision.code == "NotServerless"
    assert told in decision.reason
    assert "staging.instance_type" in decision.reason


@pytest.mark.parametrize(
    "image", ["xgboost:1.7-1", "pytorch-inference:2.6.0-cpu-py312", "my/gpupricing:1", "cucumber:2"]
)
def test_an_image_without_a_hint_may_run(image: str) -> None:
    assert why_not_serverless(model(containers=(ContainerSeen(image=image),))) is None


def test_one_instance_takes_what_serverless_does_not() -> None:
    on_instance = seen(staging={"instance_type": "ml.g5.xlarge"})
    decision = decide_release(on_instance, "v2", model(in_vpc=True), RUN)
    assert isinstance(decision, Stage)
    assert (decision.spec.instance_type, decision.spec.memory_mb) == ("ml.g5.xlarge", None)
    assert decision.spec.place == "one ml.g5.xlarge"


def test_the_manifest_sizes_staging() -> None:
    spec = staged(memory_mb=2048, max_concurrency=7).spec
    assert (spec.memory_mb, spec.max_concurrency, spec.instance_type) == (2048, 7, None)


def test_a_manifest_without_staging_asks_for_a_yes() -> None:
    decision = decide_release(seen(), "v2", model(), RUN)
    assert isinstance(decision, Stage)
    assert (decision.checks, decision.approval, decision.keep) == (0, "required", False)


def test_production_is_compared_with_only_where_it_serves() -> None:
    live = decide_release(snapshot(deployment=registration(), endpoint=endpoint()), "v2", model(), RUN)
    assert isinstance(live, Stage)
    assert live.compares
    absent = decide_release(snapshot(deployment=registration(), endpoint=None), "v2", model(), RUN)
    assert isinstance(absent, Stage)
    assert not absent.compares


def test_a_name_follows_from_what_runs_there_and_fits() -> None:
    one = staged().spec.name
    assert one == staged().spec.name
    assert one.startswith("llama-eval-staging-")
    assert one != staged(memory_mb=1024).spec.name
    anew = decide_release(seen(staging={}), "v2", model(created_at=START + timedelta(hours=1)), RUN)
    assert isinstance(anew, Stage)
    assert anew.spec.name != one
    assert len(trial_name("x" * 45, "content")) <= 63


@pytest.mark.parametrize(
    ("given", "name", "found", "code"),
    [
        (seen(), "", None, "NoModel"),
        (seen(), "v2", None, "ModelNotFound"),
        (
            seen(
                model=None,
                components=[{"name": "c", "model": "m"}],
                execution_role_arn="arn:aws:iam::111122223333:role/inference",
            ),
            "v2",
            model(),
            "NotSupported",
        ),
        (snapshot(deployment=registration({"removed_at": START})), "v2", model(), "Removed"),
        (
            snapshot(deployment=registration(), policy={"stack": "berth", "observe_only": True}),
            "v2",
            model(),
            "ObserveOnly",
        ),
    ],
)
def test_what_is_refused_before_anything_is_made(
    given: Snapshot, name: str, found: ModelSeen | None, code: str
) -> None:
    decision = decide_release(given, name, found, RUN)
    assert isinstance(decision, Refuse)
    assert decision.code == code


# --- production's own name --------------------------------------------------------------------------------------------


def serving(model_name: str, *, config_made: datetime | None, changed: datetime | None) -> Snapshot:
    """In service with this model, on a config of one time, and changed at another."""
    live = endpoint(registration(model=model_name), changed_at=changed)
    assert live.config is not None
    config = live.config.model_copy(update={"created_at": config_made})
    with_it = live.model_copy(update={"config": config})
    return snapshot(deployment=registration(model=model_name), endpoint=with_it)


MADE = START + timedelta(minutes=10)
BEFORE, AFTER = MADE - timedelta(minutes=1), MADE + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("config_made", "changed"), [(BEFORE, BEFORE), (BEFORE, AFTER), (AFTER, BEFORE), (None, AFTER)]
)
def test_productions_own_name_given_anew_is_refused_since_nothing_would_be_rotated(
    config_made: datetime | None, changed: datetime
) -> None:
    found = serving("v2", config_made=config_made, changed=changed)
    decision = decide_release(found, "v2", model(created_at=MADE), RUN)
    assert isinstance(decision, Refuse)
    assert decision.code == "SameName"
    assert "create the model under another name" in decision.reason


@pytest.mark.parametrize("at", [MADE, AFTER])
def test_what_production_serves_for_certain_may_be_released_again(at: datetime) -> None:
    again = serving("v2", config_made=at, changed=at)
    assert isinstance(decide_release(again, "v2", model(created_at=MADE), RUN), Stage)


def test_another_name_is_rotated_to_however_old_productions_config_is() -> None:
    other = serving("v1", config_made=BEFORE, changed=BEFORE)
    assert isinstance(decide_release(other, "v2", model(created_at=MADE), RUN), Stage)


# --- what came of it ------------------------------------------------------------------------------------------------

GOOD = Checked(passed=True, reason="status 200 in 10 ms", latency_ms=10)
BAD = Checked(passed=False, code="TooSlow", reason="took 900 ms, allowed are 800 ms", latency_ms=900)


def outcome(**over: Any) -> ReleaseOutcome:
    return decide_release_outcome(
        ReleaseSoFar.model_validate({"model": "v2", "run": RUN, "at": START + timedelta(minutes=9), **over})
    )


def measured(*results: Checked) -> dict[str, Any]:
    return {"first_ms": 6100, "results": results, "left": False}


def two_checks() -> Stage:
    return staged(checks=[{"body": "{}"}, {"body": "{}"}])


def test_all_checks_passed() -> None:
    came = outcome(staged=two_checks(), decision=two_checks(), measured=measured(GOOD, GOOD))
    assert (came.kind, came.code) == ("passed", "")
    assert came.summary == (
        "v2: 2 checks passed on serverless inference with 4096 MB, the slowest in 10 ms; first answer after 6100 ms; "
        "latencies 10, 10 ms"
    )
    assert came.checks == ("check 1: passed: status 200 in 10 ms", "check 2: passed: status 200 in 10 ms")


def test_one_failed_check_fails_the_release() -> None:
    came = outcome(staged=two_checks(), measured=measured(GOOD, BAD))
    assert (came.kind, came.code) == ("failed", "CheckFailed")
    assert came.reason == "check 2: took 900 ms, allowed are 800 ms"
    both = outcome(staged=two_checks(), measured=measured(BAD, BAD))
    assert both.reason == "check 1: took 900 ms, allowed are 800 ms (2 of 2 checks failed)"


def test_a_check_that_was_not_made_is_no_pass() -> None:
    came = outcome(staged=two_checks(), measured=measured(GOOD))
    assert (came.kind, came.code) == ("failed", "ChecksMissing")


def test_no_checks_is_a_pass_that_says_so() -> None:
    came = outcome(staged=staged(), measured={"left": False})
    assert came.kind == "passed"
    assert "has no checks" in came.reason


def test_nothing_reached_is_a_failure() -> None:
    assert outcome().code == "NothingChecked"


def test_a_release_that_was_refused_says_why() -> None:
    refused = {"kind": "refuse", "code": "ApprovalRejected", "reason": "Ada said no"}
    came = outcome(staged=two_checks(), decision=refused, measured=measured(GOOD, GOOD))
    assert (came.kind, came.code, came.reason) == ("failed", "ApprovalRejected", "Ada said no")


def test_trouble_goes_before_everything() -> None:
    trouble = {"Error": "BusyError", "Cause": '{"errorMessage": "Rate exceeded"}'}
    came = outcome(staged=two_checks(), measured=measured(GOOD, GOOD), trouble=trouble)
    assert (came.kind, came.code, came.reason) == ("failed", "BusyError", "Rate exceeded")


@pytest.mark.parametrize(
    ("rotated", "kind", "code"),
    [
        ({"output": {"kind": "done", "reason": "is live"}}, "promoted", ""),
        ({"output": {"kind": "hold", "code": "AsWanted", "reason": "as wanted"}}, "promoted", ""),
        ({"output": {"kind": "hold", "code": "NoEndpoint", "reason": "nothing there"}}, "failed", "NoEndpoint"),
        ({"output": {"kind": "lost", "reason": "another run"}}, "again", "Busy"),
        ({"output": {"kind": "hold", "code": "InTransition", "reason": "Updating"}}, "again", "InTransition"),
        ({"output": {"kind": "lost", "reason": "r"}, "rounds": MOST_ROUNDS}, "failed", "ProductionBusy"),
        ({"output": {}}, "failed", "NotPromoted"),
        (
            {"error": "States.TaskFailed", "cause": '{"Error": "RolledBack", "Cause": "old is live"}'},
            "failed",
            "RolledBack",
        ),
        ({"error": "States.Timeout", "cause": ""}, "failed", "States.Timeout"),
    ],
)
def test_what_became_of_production(rotated: dict[str, Any], kind: str, code: str) -> None:
    came = outcome(staged=two_checks(), decision=Promote(reason="r"), measured=measured(GOOD, GOOD), rotated=rotated)
    assert (came.kind, came.code) == (kind, code)


def test_what_failed_is_told_first_and_with_its_code_and_under_the_releases_own_id() -> None:
    stage = two_checks()
    came = outcome(staged=stage, measured=measured(GOOD, BAD))
    assert came.summary.startswith("v2: CheckFailed: check 2: took 900 ms")
    assert (came.release_id, came.place, came.started_at) == (stage.id, stage.spec.place, stage.started_at)
    assert came.release_id != outcome().release_id != outcome(run=f"{RUN}-two").release_id
    silent = outcome(staged=stage, decision=Promote(reason="r"), rotated={"output": {}})
    assert silent.reason == "endpoint_rotate gave no reason"


def test_a_summary_fits_an_approval_however_much_was_measured() -> None:
    many = staged(checks=[{"body": "{}"}] * 50)
    slow = Checked(passed=False, code="WrongAnswer", reason="x" * 400, latency_ms=59_000)
    assert len(outcome(staged=many, measured=measured(*[slow] * 50)).summary) == 512
