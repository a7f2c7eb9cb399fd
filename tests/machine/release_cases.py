"""What can happen to a release: a way to make it happen, where the machine passes then, and how it ends."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.machine.cases import CRASH, Begin, Case, Play, by_hand
from tests.machine.site import NAME, Ended, Site

MACHINE = "release_promote"
RIGHT = {"body": "{}", "expect": [{"path": "$.model", "equals": "m2"}]}
WRONG = {"body": "{}", "expect": [{"path": "$.model", "equals": "m1"}]}
LONG = timedelta(days=5)


def staged(*checks: dict[str, Any], approval: str = "none", **over: Any) -> Begin:
    def prepare(site: Site) -> None:
        # Each a copy of its own: YAML would write an alias for the same one, which a manifest may not have.
        site.serve(staging={"checks": [deepcopy(check) for check in checks], "approval": approval, **over})

    return prepare


def made_for_gpus(**over: Any) -> Begin:
    def prepare(site: Site) -> None:
        site.serve(staging=over)
        made_anew(site, {"Image": "inference:2.6.0-gpu-py312-cu124"})

    return prepare


def slow(site: Site) -> None:
    staged({"body": "{}", "max_latency_ms": 800})(site)
    made_anew(site, {"Image": "image", "Environment": {"REHEARSAL_LATENCY_MS": "2000"}})


def made_anew(site: Site, container: dict[str, Any]) -> None:
    """m2, under the same name."""
    role = "arn:aws:iam::111122223333:role/inference"
    site.sagemaker.delete_model(ModelName="m2")
    site.sagemaker.create_model(ModelName="m2", ExecutionRoleArn=role, PrimaryContainer=container)


def asked(site: Site) -> dict[str, Any]:
    """What somebody needs to know to answer: the request of the newest release, from the ledger; empty without one."""
    rows = site.cloud.client("dynamodb").scan(TableName=site.outputs["LedgerTable"])["Items"]
    found = [row for row in rows if row["sk"]["S"].endswith("#approval")]
    return {key: next(iter(value.values())) for row in found for key, value in row.items()}


def trials(site: Site) -> list[str]:
    listed = site.sagemaker.list_endpoints(NameContains="-staging-")["Endpoints"]
    return [each["EndpointName"] for each in listed]


CHECKED = staged(RIGHT)
APPROVED = staged(RIGHT, approval="required")


def release(begins: Begin, *faults: tuple[Any, ...], **given: Any) -> Play:
    return by_hand(MACHINE, begins, *faults, model="m2", **given)


def answered(decision: str, **over: Any) -> Play:
    """Somebody answers, with the token that the ledger has, as the page says."""

    def goes_on(site: Site) -> Ended:
        execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
        site.until(lambda: bool(asked(site)), LONG)
        row = asked(site)
        answer = {"decision": decision, "release_id": row["release_id"], "who": "Ada", **over}
        site.machines.send_task_success(taskToken=row["token"], output=json.dumps(answer))
        return site.end(execution)

    return Play(APPROVED, goes_on)


def _is_recorded(site: Site) -> Ended:
    """Who said yes, when, and to which words; and nobody is reminded after the answer."""
    ended = answered("approve").goes_on(site)
    row = asked(site)
    assert row["answer"]["who"]["S"] == "Ada"
    assert row["seen"].startswith("m2: 1 check passed on serverless inference")
    assert row["asked_at"] <= row["answered_at"] < row["expires_at"]
    site.cloud.advance(seconds=LONG.total_seconds())
    assert len(requests(site)) == 1
    return ended


def _unreadable(site: Site) -> Ended:
    """The ledger has the very words, and when they came."""
    ended = answered("perhaps").goes_on(site)
    row = asked(site)
    assert json.loads(row["unreadable"])["decision"] == "perhaps"
    assert row["asked_at"] <= row["answered_at"] < row["expires_at"]
    return ended


def _reminded(site: Site) -> Ended:
    """Nobody answers for two days, and then somebody does: one notification and one reminder until then."""
    execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
    site.until(lambda: bool(asked(site)), LONG)
    site.cloud.advance(seconds=timedelta(hours=48).total_seconds())
    assert ["reminder: " in text for text in requests(site)] == [False, True]
    row = asked(site)
    answer = {"decision": "approve", "release_id": row["release_id"], "who": "Ada"}
    site.machines.send_task_success(taskToken=row["token"], output=json.dumps(answer))
    return site.end(execution)


def _unwritten(site: Site) -> Ended:
    execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
    site.until(lambda: bool(asked(site)), LONG)
    row = asked(site)
    site.faulty(("function:RecordReleaseFunction", CRASH))
    answer = {"decision": "approve", "release_id": row["release_id"], "who": "Ada"}
    site.machines.send_task_success(taskToken=row["token"], output=json.dumps(answer))
    return site.end(execution)


def _too_late(site: Site) -> Ended:
    """Nobody waits for a yes that comes after 72 hours."""
    ended = site.run(MACHINE, {"deployment": NAME, "model": "m2"})
    row = asked(site)
    assert row["answer"] is True, "NULL in DynamoDB: nobody has answered"
    answer = {"decision": "approve", "release_id": row["release_id"], "who": "Ada"}
    with pytest.raises(ClientError, match=r"TaskTimedOut|TaskDoesNotExist|InvalidToken"):
        site.machines.send_task_success(taskToken=row["token"], output=json.dumps(answer))
    return ended


def requests(site: Site) -> list[str]:
    told = [entry.text for entry in site.cloud.timeline if entry.kind == "event"]
    return [text for text in told if text.startswith("Release Approval Requested")]


def _two_at_a_time(site: Site) -> Ended:
    site.start(MACHINE, {"deployment": NAME, "model": "m2"})
    return site.run(MACHINE, {"deployment": NAME, "model": "m1"})


def _after_a_dead_one(site: Site) -> Ended:
    """The first run is stopped while its staging endpoint comes up, and so leaves it behind."""
    dead = site.start(MACHINE, {"deployment": NAME, "model": "m1"})
    site.cloud.advance(seconds=60)
    site.machines.stop_execution(executionArn=dead)
    # Longer than its lease lives, and not until the sweep comes by.
    site.cloud.advance(seconds=1200)
    assert len(trials(site)) == 1
    ended = site.run(MACHINE, {"deployment": NAME, "model": "m2"})
    site.cloud.advance(seconds=600)
    assert trials(site) == []
    return ended


def _kept(site: Site) -> Ended:
    staged(RIGHT, keep=True)(site)
    ended = site.run(MACHINE, {"deployment": NAME, "model": "m2"})
    site.cloud.advance(seconds=600)
    assert len(trials(site)) == 1
    return ended


BEFORE = "RememberInput ObserveDeployment ObserveModel DecideRelease WhatIsDecided"
TRIED = f"{BEFORE} ApplyStaging AwaitStaging InvokeStagingCheck IsCheckLeft CleanStaging DecideReleaseOutcome"
TOLD = "IsProductionBusy RecordRelease AnnounceRelease IsPipelineWaiting WhatCame"
ANSWERED = "AwaitReleaseApproval RecordReleaseAnswer"
AGAIN = "ObserveAgain ObserveModelAgain DecidePromotion IsPromoted"
NOTHING_TRIED = f"{BEFORE} DecideReleaseOutcome {TOLD} NotReleased"

RELEASES = [
    Case("its checks pass", MACHINE, release(staged(RIGHT, RIGHT)),
         f"{TRIED} {TOLD} {AGAIN} RunEndpointRotate DecideReleaseOutcome {TOLD} Promoted"),
    Case("there are no checks", MACHINE, release(staged()), f"{TRIED} {TOLD} {AGAIN} RunEndpointRotate Promoted"),
    Case("only its checks are asked for", MACHINE, release(CHECKED, only_checks=True), f"{TRIED} {TOLD} Checked"),
    Case("only its checks are asked for, as text", MACHINE, release(CHECKED, only_checks="true"),
         f"{TRIED} {TOLD} Checked"),
    Case("a check fails", MACHINE, release(staged(RIGHT, WRONG, RIGHT)),
         f"{TRIED} {TOLD} NotReleased", ("FAILED", "CheckFailed")),
    Case("an answer takes too long", MACHINE, release(slow), f"{TRIED} {TOLD} NotReleased", ("FAILED", "CheckFailed")),
    Case("production answers something else", MACHINE,
         release(staged({"body": "{}", "like_production": {"paths": ["$.model"]}})),
         f"{TRIED} {TOLD} NotReleased", ("FAILED", "CheckFailed")),
    Case("the model needs a GPU", MACHINE, release(made_for_gpus()), NOTHING_TRIED, ("FAILED", "NotServerless")),
    Case("the model needs a GPU and gets one", MACHINE,
         release(made_for_gpus(instance_type="ml.g5.xlarge", approval="none")), f"{TRIED} {AGAIN} Promoted"),
    Case("there is no such model", MACHINE, by_hand(MACHINE, CHECKED, model="m9"),
         NOTHING_TRIED, ("FAILED", "ModelNotFound")),
    Case("no model is named", MACHINE, by_hand(MACHINE, CHECKED), NOTHING_TRIED, ("FAILED", "NoModel")),
    Case("the deployment is unknown", MACHINE, by_hand(MACHINE, lambda site: None, model="m2"),
         f"RememberInput ObserveDeployment DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "RefusedError")),
    Case("somebody says yes", MACHINE, answered("approve"),
         f"{TRIED} {TOLD} {ANSWERED} {AGAIN} RunEndpointRotate DecideReleaseOutcome {TOLD} Promoted"),
    Case("somebody says no", MACHINE, answered("reject"),
         f"{ANSWERED} {AGAIN} DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "ApprovalRejected")),
    Case("somebody says yes to another release", MACHINE, answered("approve", release_id="00000000"),
         f"{ANSWERED} {AGAIN} NotReleased", ("FAILED", "ApprovalInvalid")),
    Case("somebody says something", MACHINE, Play(APPROVED, _unreadable),
         f"{ANSWERED} {AGAIN} NotReleased", ("FAILED", "ApprovalInvalid")),
    Case("nobody answers", MACHINE, release(APPROVED),
         f"{ANSWERED} {AGAIN} DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "ApprovalLapsed")),
    Case("the yes is written down", MACHINE, Play(APPROVED, _is_recorded), f"{ANSWERED} {AGAIN} Promoted"),
    Case("somebody is reminded once and says yes then", MACHINE, Play(APPROVED, _reminded),
         f"{ANSWERED} {AGAIN} Promoted"),
    Case("a yes that comes too late", MACHINE, Play(APPROVED, _too_late), f"{ANSWERED} {AGAIN} NotReleased",
         ("FAILED", "ApprovalLapsed")),
    Case("nobody can be asked", MACHINE,
         release(APPROVED, ("function:AwaitReleaseApprovalFunction", CRASH)),
         f"AwaitReleaseApproval DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "Runtime.ExitError")),
    Case("the answer can't be written down", MACHINE, Play(APPROVED, _unwritten),
         f"{ANSWERED} DecideReleaseOutcome", ("FAILED", "Runtime.ExitError")),
    Case("staging does not come up", MACHINE, release(CHECKED, (f"endpoint:{NAME}-staging-*", "fail_update", 1)),
         f"ApplyStaging AwaitStaging InvokeStagingCheck CleanStaging DecideReleaseOutcome {TOLD} NotReleased",
         ("FAILED", "RefusedError")),
    Case("staging can't be made", MACHINE, release(CHECKED, ("function:ApplyStagingFunction", CRASH)),
         f"ApplyStaging CleanStaging DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "Runtime.ExitError")),
    Case("no event comes", MACHINE, release(CHECKED, ("event:SageMaker Endpoint State Change", "drop")),
         f"AwaitStaging InvokeStagingCheck {TOLD} Promoted"),
    Case("another release is on staging", MACHINE, Play(CHECKED, _two_at_a_time),
         f"ApplyStaging CleanStaging DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "RefusedError")),
    Case("one before it died on staging", MACHINE, Play(CHECKED, _after_a_dead_one), f"{TRIED} {AGAIN} Promoted"),
    Case("its staging is kept", MACHINE, _kept, f"{TRIED} {TOLD} {AGAIN} RunEndpointRotate Promoted"),
    Case("production rolls back", MACHINE, release(CHECKED, (f"endpoint:{NAME}", "silent_rollback", 1)),
         f"RunEndpointRotate DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "RolledBack")),
    Case("the ledger can't be written", MACHINE, release(CHECKED, ("function:RecordReleaseFunction", CRASH)),
         "RecordRelease GiveUp", ("FAILED", "Runtime.ExitError")),
    Case("a pipeline asked for it and has gone", MACHINE,
         release(CHECKED, only_checks=True, pipeline_approval={
             "pipeline": "gone", "stage": "s", "action": "a", "token": "t", "expires_at": "2027-01-01T00:00:00Z"}),
         f"{TRIED} IsPipelineWaiting AnswerPipelineApproval WhatCame Checked"),
    *(Case(f"each of its functions dies once, {how}", MACHINE,
           release(CHECKED, *((f"function:{name}Function", fault, 1) for name in (
               "ObserveModel", "DecideRelease", "ApplyStaging", "AwaitStaging", "InvokeStagingCheck", "CleanStaging",
               "DecideReleaseOutcome", "RecordRelease", "DecidePromotion"))),
           f"{TRIED} {TOLD} {AGAIN} RunEndpointRotate Promoted")
      for how, fault in (("before its work", CRASH), ("after its work", "crash_after"))),
]  # fmt: skip
