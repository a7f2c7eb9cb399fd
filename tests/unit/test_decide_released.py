"""What came of a release, in the words that a pipeline and a person read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.released import LONGEST_SUMMARY, ReleaseSoFar, decide_release_outcome
from berth_core.decide.releasing import decide_release
from berth_core.decisions import Refuse
from berth_core.naming import short_hash
from berth_core.releases import Checked, ContainerSeen, ModelSeen, ReleaseOutcome, Stage, TrialSpec
from tests.builders import START, registration, snapshot

RUN = "arn:aws:states:us-east-1:111122223333:execution:berth-release-promote:one"
MINUTE = timedelta(minutes=1)
GOOD = Checked(passed=True, reason="status 200 in 640 ms", latency_ms=640)
SLOW = Checked(passed=False, code="TooSlow", reason="took 3120 ms, allowed are 1500 ms", latency_ms=3120)


def staged(checks: int = 1) -> Stage:
    return Stage(
        id="5b1f0c7e",
        reason="asked",
        started_at=START,
        spec=TrialSpec(name="llama-eval-staging-5b1f0c7e", model="v2", instance_type="ml.g6.xlarge"),
        model_created_at=START,
        checks=checks,
        compares=False,
        keep=False,
        approval="none",
    )


def came(**over: Any) -> ReleaseOutcome:
    return decide_release_outcome(
        ReleaseSoFar.model_validate({"model": "v2", "run": RUN, "at": START + 9 * MINUTE, **over})
    )


def measured(*results: Checked, first_ms: int | None = None) -> dict[str, Any]:
    return {"first_ms": first_ms, "results": results}


def test_what_was_staged_is_told_with_its_place_and_its_times() -> None:
    outcome = came(staged=staged(), decision=staged(), measured=measured(GOOD))
    assert (outcome.release_id, outcome.place, outcome.model) == ("5b1f0c7e", "one ml.g6.xlarge", "v2")
    assert (outcome.started_at, outcome.ended_at) == (START, START + 9 * MINUTE)


def test_what_never_came_so_far_is_told_by_its_run() -> None:
    outcome = came(decision=Refuse(code="ModelNotFound", reason="there is no model v2"))
    assert (outcome.kind, outcome.code, outcome.reason) == ("failed", "ModelNotFound", "there is no model v2")
    assert (outcome.release_id, outcome.place, outcome.started_at) == (short_hash(RUN), "", START + 9 * MINUTE)
    assert came().code == "NothingChecked"


@pytest.mark.parametrize(
    ("checks", "results", "code", "reason"),
    [
        (1, (GOOD,), "", "1 check passed on one ml.g6.xlarge, the slowest in 640 ms"),
        (2, (GOOD, GOOD), "", "2 checks passed on one ml.g6.xlarge, the slowest in 640 ms"),
        (0, (), "", "v2 came up on one ml.g6.xlarge; the manifest has no checks"),
        (2, (GOOD, SLOW), "CheckFailed", "check 2: took 3120 ms, allowed are 1500 ms"),
        (2, (SLOW, SLOW), "CheckFailed", "check 1: took 3120 ms, allowed are 1500 ms (2 of 2 checks failed)"),
        (2, (GOOD,), "ChecksMissing", "only 1 of 2 checks were made"),
    ],
)
def test_the_checks_are_told_by_the_first_that_failed(checks: int, results: Any, code: str, reason: str) -> None:
    outcome = came(staged=staged(checks), measured=measured(*results))
    assert (outcome.code, outcome.reason) == (code, reason)
    assert (outcome.kind == "failed") is bool(code)


def test_each_check_has_a_line_with_its_verdict() -> None:
    assert came(staged=staged(2), measured=measured(GOOD, SLOW)).checks == (
        "check 1: passed: status 200 in 640 ms",
        "check 2: TooSlow: took 3120 ms, allowed are 1500 ms",
    )


def test_the_summary_has_the_verdict_first_and_then_the_times() -> None:
    outcome = came(staged=staged(2), measured=measured(GOOD, SLOW, first_ms=6100))
    assert outcome.summary == (
        "v2: CheckFailed: check 2: took 3120 ms, allowed are 1500 ms; first answer after 6100 ms; "
        "latencies 640, 3120 ms"
    )
    assert came(decision=Refuse(code="X", reason="y")).summary == "v2: X: y"


@pytest.mark.parametrize(("length", "whole"), [(LONGEST_SUMMARY, True), (LONGEST_SUMMARY + 1, False)])
def test_a_summary_is_as_long_as_an_approval_may_be(length: int, whole: bool) -> None:
    reason = "r" * (length - len("v2: X: "))
    summary = came(decision=Refuse(code="X", reason=reason)).summary
    assert len(summary) == LONGEST_SUMMARY
    assert summary == (f"v2: X: {reason}" if whole else f"v2: X: {reason}"[: LONGEST_SUMMARY - 3] + "...")


def test_a_release_is_known_by_its_deployment_its_model_and_its_run() -> None:
    def released(name: str, model: str, run: str) -> Any:
        staging = {"instance_type": "ml.g6.xlarge"}
        deployed = registration({"name": name}, name=name, staging=staging)
        there = ModelSeen(name=model, created_at=START, containers=(ContainerSeen(),))
        return decide_release(snapshot(deployment=deployed, endpoint=None), model, there, run)

    ids = {released(*each).id for each in (("a", "v2", RUN), ("b", "v2", RUN), ("a", "v3", RUN), ("a", "v2", "other"))}
    assert len(ids) == 4
    assert released("a", "v2", RUN).id == released("a", "v2", RUN).id


# --- production -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "rounds", "kind", "code", "reason"),
    [
        ({"kind": "done", "reason": "x is live"}, 1, "promoted", "", "x is live"),
        ({"kind": "hold", "code": "AsWanted", "reason": "all well"}, 1, "promoted", "", "all well"),
        ({"kind": "hold", "code": "Busy", "reason": "b"}, 23, "again", "Busy", "b"),
        ({"kind": "lost", "reason": "b"}, 1, "again", "Busy", "b"),
        ({"kind": "hold", "code": "Busy", "reason": "b"}, 24, "failed", "ProductionBusy",
         "production was busy at each of 24 looks: b"),
        ({"kind": "hold", "code": "HoldUntil", "reason": "h"}, 1, "failed", "HoldUntil", "h"),
        ({"kind": "refuse", "reason": "h"}, 1, "failed", "NotPromoted", "h"),
        ({}, 1, "failed", "NotPromoted", "endpoint_rotate gave no reason"),
    ],
)  # fmt: skip
def test_what_production_says(output: Any, rounds: int, kind: str, code: str, reason: str) -> None:
    outcome = came(staged=staged(), rotated={"output": output, "rounds": rounds})
    assert (outcome.kind, outcome.code, outcome.reason) == (kind, code, reason)


@pytest.mark.parametrize(
    ("cause", "code", "reason"),
    [
        (json.dumps({"Error": "States.Timeout", "Cause": "it took long"}), "States.Timeout", "it took long"),
        (json.dumps({"Error": "States.Timeout"}), "States.Timeout", "States.Timeout"),
        (json.dumps({"Error": "", "Cause": "c"}), "States.TaskFailed", "c"),
        (json.dumps({"Error": 7}), "States.TaskFailed", json.dumps({"Error": 7})),
        ("plain", "States.TaskFailed", "plain"),
        ("", "States.TaskFailed", "States.TaskFailed"),
    ],
)
def test_a_rotation_that_failed_is_told_by_its_own_error(cause: str, code: str, reason: str) -> None:
    outcome = came(staged=staged(), rotated={"error": "States.TaskFailed", "cause": cause})
    assert (outcome.kind, outcome.code, outcome.reason) == ("failed", code, reason)
