"""Executions as CodePipeline's API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rehearsal.cloud import current
from rehearsal.codepipeline.runs import Action, Run


def execution(run: Run) -> dict[str, Any]:
    return {
        "pipelineName": run.pipeline,
        "pipelineVersion": run.version,
        "pipelineExecutionId": run.id,
        "status": run.status,
        "artifactRevisions": [],
        "variables": [{"name": name, "resolvedValue": value} for name, value in run.given.items()],
        "trigger": {"triggerType": "StartPipelineExecution", "triggerDetail": ""},
    }


def execution_summary(run: Run) -> dict[str, Any]:
    return {
        "pipelineExecutionId": run.id,
        "status": run.status,
        "startTime": _seconds(run.started_at),
        "lastUpdateTime": _seconds(run.updated_at),
        "sourceRevisions": [],
        "trigger": {"triggerType": "StartPipelineExecution", "triggerDetail": ""},
    }


def state(pipeline: dict[str, Any], runs: list[Run]) -> dict[str, Any]:
    """What each action was like when it ran last."""
    return {
        "pipelineName": pipeline["name"],
        "pipelineVersion": pipeline["version"],
        "stageStates": [_stage(stage, runs) for stage in pipeline["stages"]],
    }


def _stage(stage: dict[str, Any], runs: list[Run]) -> dict[str, Any]:
    view: dict[str, Any] = {
        "stageName": stage["name"],
        "inboundTransitionState": {"enabled": True},
        "actionStates": [_action_state(stage["name"], each["name"], runs) for each in stage["actions"]],
    }
    latest = next((run for run in reversed(runs) if any(each.stage == stage["name"] for each in run.actions)), None)
    if latest is not None:
        here = [each.status for each in latest.actions if each.stage == stage["name"]]
        view["latestExecution"] = {"pipelineExecutionId": latest.id, "status": _together(here)}
    return view


def _together(statuses: Sequence[str]) -> str:
    for worst, told in (("Failed", "Failed"), ("Abandoned", "Stopped"), ("InProgress", "InProgress")):
        if worst in statuses:
            return told
    return "Succeeded"


def _action_state(stage: str, name: str, runs: list[Run]) -> dict[str, Any]:
    found = [each for run in runs for each in run.actions if (each.stage, each.name) == (stage, name)]
    if not found:
        return {"actionName": name}
    action = found[-1]
    latest = {
        "actionExecutionId": action.id,
        "status": action.status,
        "lastStatusChange": _seconds(action.updated_at),
        "summary": action.summary,
        "externalExecutionId": action.external_id,
        "token": action.token if action.status == "InProgress" else "",
    }
    view = {key: value for key, value in latest.items() if value}
    return {"actionName": name, "latestExecution": {**view, **_error(action)}}


def _error(action: Action) -> dict[str, Any]:
    return {"errorDetails": {"code": action.error[0], "message": action.error[1]}} if action.error else {}


def action_detail(run: Run, action: Action) -> dict[str, Any]:
    about = action.declaration
    result = {"externalExecutionId": action.external_id or action.token, "externalExecutionSummary": action.summary}
    lists_who = current().settings.approver_listed and action.answered_by
    by = {"updatedBy": action.answered_by} if lists_who else {}
    return {
        **by,
        "pipelineExecutionId": run.id,
        "actionExecutionId": action.id,
        "pipelineVersion": run.version,
        "stageName": action.stage,
        "actionName": action.name,
        "startTime": _seconds(action.started_at),
        "lastUpdateTime": _seconds(action.updated_at),
        "status": action.status,
        "input": {
            "actionTypeId": about["actionTypeId"],
            "configuration": {key: str(value) for key, value in about.get("configuration", {}).items()},
            "resolvedConfiguration": action.configuration,
            "inputArtifacts": about.get("inputArtifacts", []),
        },
        "output": {
            "outputArtifacts": about.get("outputArtifacts", []),
            "executionResult": {**{key: value for key, value in result.items() if value}, **_error(action)},
            "outputVariables": action.variables,
        },
    }


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
