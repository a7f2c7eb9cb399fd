"""What changes while a release is under way, or before it: under the model, in the manifest, and in production."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from tests.machine.cases import Case, Play
from tests.machine.release_cases import (
    AGAIN,
    ANSWERED,
    APPROVED,
    CHECKED,
    LONG,
    MACHINE,
    NOTHING_TRIED,
    RIGHT,
    TOLD,
    TRIED,
    asked,
    made_anew,
    requests,
)
from tests.machine.site import INFERENCE_ROLE, NAME, Ended, Site


def _same_name(site: Site) -> Ended:
    """Production's own model is deleted, and created with another image. Nothing would be rotated."""
    site.cloud.advance(seconds=3600)
    site.sagemaker.delete_model(ModelName="m1")
    site.sagemaker.create_model(ModelName="m1", ExecutionRoleArn=INFERENCE_ROLE, PrimaryContainer={"Image": "another"})
    return site.run(MACHINE, {"deployment": NAME, "model": "m1"})


def _changed_while_asking(site: Site) -> Ended:
    execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
    site.until(lambda: bool(asked(site)), LONG)
    made_anew(site, {"Image": "another"})
    row = asked(site)
    _says(site, row, "approve")
    return site.end(execution)


def _overtaken(site: Site) -> Ended:
    """m2 waits for its yes, and a day later gets it; until then m3 was released."""
    site.sagemaker.create_model(ModelName="m3", ExecutionRoleArn=INFERENCE_ROLE, PrimaryContainer={"Image": "image"})
    execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
    site.until(lambda: bool(asked(site)), LONG)
    row = asked(site)
    assert site.run("endpoint_rotate", {"deployment": NAME, "model": "m3"}).status == "SUCCEEDED"
    site.cloud.advance(seconds=24 * 3600)
    _says(site, row, "approve")
    return site.end(execution)


def tightened(*, busy: bool, decision: str) -> Play:
    """The manifest asks for nobody's yes when the release begins, and for one before production has it."""

    def goes_on(site: Site) -> Ended:
        if busy:
            site.faulty((f"endpoint:{NAME}", "slow", 1))
            site.start("endpoint_rotate", {"deployment": NAME, "instance_count": 2})
        execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
        if busy:
            site.until(lambda: _is_told(site, "Release Checked"), LONG)
            site.cloud.advance(seconds=120)
        site.put(staging={"checks": [deepcopy(RIGHT)], "approval": "required"})
        site.until(lambda: bool(asked(site)), LONG)
        row = asked(site)
        assert row["seen"].startswith("m2: 1 check passed on serverless inference")
        _says(site, row, decision)
        ended = site.end(execution)
        assert len(requests(site)) == 1
        return ended

    return Play(CHECKED, goes_on)


def _production_is_busy(site: Site) -> Ended:
    site.faulty((f"endpoint:{NAME}", "slow", 1))
    site.start("endpoint_rotate", {"deployment": NAME, "instance_count": 2})
    return site.run(MACHINE, {"deployment": NAME, "model": "m2"})


def _anew_while_busy(site: Site) -> Ended:
    """m2 has passed and waits for production, and is created anew before that is free."""
    site.faulty((f"endpoint:{NAME}", "slow", 1))
    site.start("endpoint_rotate", {"deployment": NAME, "instance_count": 2})
    execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
    site.until(lambda: _is_told(site, "Release Checked"), LONG)
    site.cloud.advance(seconds=120)
    made_anew(site, {"Image": "another"})
    return site.end(execution)


def _yes_while_busy(site: Site) -> Ended:
    """One yes is enough, however often production is looked at."""
    execution = site.start(MACHINE, {"deployment": NAME, "model": "m2"})
    site.until(lambda: bool(asked(site)), LONG)
    site.faulty((f"endpoint:{NAME}", "slow", 1))
    site.start("endpoint_rotate", {"deployment": NAME, "instance_count": 2})
    site.cloud.advance(seconds=60)
    row = asked(site)
    _says(site, row, "approve")
    ended = site.end(execution)
    assert ended.path.count("WaitForProduction") > 1
    assert ended.path.count("AwaitReleaseApproval") == len(requests(site)) == 1
    return ended


def _says(site: Site, row: dict[str, Any], decision: str) -> None:
    answer = {"decision": decision, "release_id": row["release_id"], "who": "Ada"}
    site.machines.send_task_success(taskToken=row["token"], output=json.dumps(answer))


def _is_told(site: Site, what: str) -> bool:
    return any(entry.kind == "event" and entry.text.startswith(what) for entry in site.cloud.timeline)


BUSY = "DecideReleaseOutcome IsProductionBusy WaitForProduction"

CHANGED_RELEASES = [
    Case("production's own model was created anew", MACHINE, Play(CHECKED, _same_name),
         NOTHING_TRIED, ("FAILED", "SameName")),
    Case("the model is another one after the yes", MACHINE, Play(APPROVED, _changed_while_asking),
         f"{ANSWERED} {AGAIN} DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "ModelChanged")),
    Case("production is to serve another model before the yes", MACHINE, Play(APPROVED, _overtaken),
         f"{ANSWERED} {AGAIN} DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "Overtaken")),
    Case("the manifest comes to ask for a yes, and gets it", MACHINE, tightened(busy=False, decision="approve"),
         f"{TRIED} {TOLD} {AGAIN} {ANSWERED} {AGAIN} RunEndpointRotate Promoted"),
    Case("the manifest comes to ask for a yes, and gets a no", MACHINE, tightened(busy=False, decision="reject"),
         f"{TRIED} {TOLD} {AGAIN} {ANSWERED} {AGAIN} NotReleased", ("FAILED", "ApprovalRejected")),
    Case("the manifest comes to ask for a yes while production is busy", MACHINE,
         tightened(busy=True, decision="approve"),
         f"RunEndpointRotate {BUSY} {AGAIN} {ANSWERED} {AGAIN} RunEndpointRotate Promoted"),
    Case("production is busy", MACHINE, Play(CHECKED, _production_is_busy),
         f"RunEndpointRotate {BUSY} {AGAIN} RunEndpointRotate Promoted"),
    Case("production is busy and the model is another one then", MACHINE, Play(CHECKED, _anew_while_busy),
         f"RunEndpointRotate {BUSY} {AGAIN} DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "ModelChanged")),
    Case("production is busy after a yes", MACHINE, Play(APPROVED, _yes_while_busy),
         f"{ANSWERED} {AGAIN} RunEndpointRotate {BUSY} {AGAIN} RunEndpointRotate Promoted"),
]  # fmt: skip
