"""What changes while a release is under way, or before it: under the model, in the manifest, and in production."""

from __future__ import annotations

import json
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
    TOLD,
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
    Case("production is busy", MACHINE, Play(CHECKED, _production_is_busy),
         f"RunEndpointRotate {BUSY} {AGAIN} RunEndpointRotate Promoted"),
    Case("production is busy and the model is another one then", MACHINE, Play(CHECKED, _anew_while_busy),
         f"RunEndpointRotate {BUSY} {AGAIN} DecideReleaseOutcome {TOLD} NotReleased", ("FAILED", "ModelChanged")),
    Case("production is busy after a yes", MACHINE, Play(APPROVED, _yes_while_busy),
         f"{ANSWERED} {AGAIN} RunEndpointRotate {BUSY} {AGAIN} RunEndpointRotate Promoted"),
]  # fmt: skip
