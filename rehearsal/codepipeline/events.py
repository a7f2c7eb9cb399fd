"""What EventBridge hears of a pipeline's actions, in the shape of CodePipeline's guide. Stages stay mute."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud import current
from rehearsal.codepipeline.runs import Action, Run
from rehearsal.delivery.bus import put_by_aws

_STATES = {"InProgress": "STARTED", "Succeeded": "SUCCEEDED", "Failed": "FAILED", "Abandoned": "ABANDONED"}


def put_changed(run: Run, action: Action) -> None:
    """The action has begun, or ended. The category is written as in the pipeline, the state in capitals."""
    entry = {
        "Source": "aws.codepipeline",
        "DetailType": "CodePipeline Action Execution State Change",
        "Resources": [run.arn],
        "Detail": json.dumps(_detail(run, action)),
    }
    put_by_aws(entry)


def _detail(run: Run, action: Action) -> dict[str, Any]:
    result = {
        "external-execution-summary": action.error[1] if action.error else action.summary,
        "external-execution-id": action.external_id or action.token,
        "error-code": action.error[0] if action.error else "",
    }
    about = action.declaration["actionTypeId"]
    return {
        "pipeline": run.pipeline,
        "execution-id": run.id,
        "start-time": f"{action.started_at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "stage": action.stage,
        "action": action.name,
        "action-execution-id": action.id,
        "state": _STATES[action.status],
        "region": current().settings.region,
        "version": float(run.version),
        "pipeline-execution-attempt": 1.0,
        "execution-result": {key: value for key, value in result.items() if value},
        "type": {key: about[key] for key in ("owner", "provider", "category", "version")},
    }
