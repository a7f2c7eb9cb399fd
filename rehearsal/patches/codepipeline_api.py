"""CodePipeline's executions answered by the rehearsal; pipelines themselves stay moto's."""

from __future__ import annotations

import json
from typing import Any

from moto.codepipeline.responses import CodePipelineResponse
from moto.core.exceptions import JsonRESTError

from rehearsal.cloud import current
from rehearsal.codepipeline import views
from rehearsal.codepipeline.callers import caller_arn
from rehearsal.codepipeline.running import Running
from rehearsal.codepipeline.runs import Action
from rehearsal.patching import replace

_running = Running()


def apply() -> None:
    replace(CodePipelineResponse, "start_pipeline_execution", _start, expected="a64d0f4ab189")
    replace(CodePipelineResponse, "get_pipeline_execution", _get_execution, expected="6db304450e4b")
    replace(CodePipelineResponse, "list_pipeline_executions", _list_executions, expected="1515bd71152b")
    for name, answer in _MISSING.items():
        if hasattr(CodePipelineResponse, name):
            raise AssertionError(f"moto has {name} now: read it, and see whether ours is still needed")
        setattr(CodePipelineResponse, name, answer)


def reset() -> None:
    global _running
    _running = Running()


def _pipeline(response: Any, key: str) -> dict[str, Any]:
    found: dict[str, Any] = response.codepipeline_backend.get_pipeline(response._get_param(key))[0]
    return found


def _start(response: Any) -> str:
    run = _running.start(_pipeline(response, "name"), response._get_param("variables") or [])
    return json.dumps({"pipelineExecutionId": run.id})


def _get_execution(response: Any) -> str:
    pipeline = _pipeline(response, "pipelineName")
    wanted = response._get_param("pipelineExecutionId")
    run = next((each for each in _running.of(pipeline["name"]) if each.id == wanted), None)
    if run is None:
        raise JsonRESTError("PipelineExecutionNotFoundException", f"no execution {wanted} of {pipeline['name']}")
    return json.dumps({"pipelineExecution": views.execution(run)})


def _stop(response: Any) -> str:
    pipeline = _pipeline(response, "pipelineName")
    wanted = response._get_param("pipelineExecutionId")
    run = next((each for each in _running.of(pipeline["name"]) if each.id == wanted), None)
    if run is None or run.status != "InProgress":
        raise JsonRESTError("PipelineExecutionNotStoppableException", f"execution {wanted} can't be stopped")
    if not response._get_param("abandon"):
        raise JsonRESTError("ValidationException", "only stopping with abandon is rehearsed")
    run.abandon()
    return json.dumps({"pipelineExecutionId": run.id})


def _list_executions(response: Any) -> str:
    runs = _running.of(_pipeline(response, "pipelineName")["name"])
    return json.dumps({"pipelineExecutionSummaries": [views.execution_summary(run) for run in reversed(runs)]})


def _get_state(response: Any) -> str:
    pipeline = _pipeline(response, "name")
    return json.dumps(views.state(pipeline, _running.of(pipeline["name"])))


def _list_actions(response: Any) -> str:
    wanted = (response._get_param("filter") or {}).get("pipelineExecutionId")
    runs = [run for run in _running.of(_pipeline(response, "pipelineName")["name"]) if wanted in (None, run.id)]
    details = [views.action_detail(run, action) for run in reversed(runs) for action in reversed(run.actions)]
    return json.dumps({"actionExecutionDetails": details})


def _put_job_success(response: Any) -> str:
    variables = response._get_param("outputVariables")
    if response._get_param("continuationToken") and variables:
        raise JsonRESTError("ValidationException", "outputVariables can't be given with a continuationToken.")
    keys = ("continuationToken", "executionDetails", "outputVariables")
    result = {key: value for key in keys if (value := response._get_param(key))}
    return _answer_job(response._get_param("jobId"), result)


def _put_job_failure(response: Any) -> str:
    return _answer_job(response._get_param("jobId"), {"failureDetails": response._get_param("failureDetails")})


def _answer_job(job_id: str, result: dict[str, Any]) -> str:
    action = next((each for each in _running.actions() if job_id in each.jobs), None)
    if action is None:
        raise JsonRESTError("JobNotFoundException", f"Job with ID {job_id} doesn't exist.")
    if action.jobs[job_id] is not None or action.status != "InProgress":
        raise JsonRESTError("InvalidJobStateException", f"Job with ID {job_id} has been answered before.")
    action.jobs[job_id] = result
    action.changed.set()
    return ""


def _put_approval(response: Any) -> str:
    pipeline = _pipeline(response, "pipelineName")
    action = _asked(response, pipeline)
    result = response._get_param("result")
    if len(result["summary"]) > 512:
        raise JsonRESTError("ValidationException", "result.summary must have at most 512 characters.")
    if action is None or action.token != response._get_param("token"):
        raise JsonRESTError("InvalidApprovalTokenException", "The approval token is invalid.")
    if action.answer is not None or action.status != "InProgress":
        raise JsonRESTError("ApprovalAlreadyCompletedException", "The approval was answered before.")
    action.answer = result
    action.answered_by = caller_arn(response.headers)
    action.changed.set()
    return json.dumps({"approvedAt": current().now.timestamp()})


def _asked(response: Any, pipeline: dict[str, Any]) -> Action | None:
    stage = next((each for each in pipeline["stages"] if each["name"] == response._get_param("stageName")), None)
    if stage is None:
        raise JsonRESTError("StageNotFoundException", f"no stage {response._get_param('stageName')}")
    name = response._get_param("actionName")
    if name not in [each["name"] for each in stage["actions"]]:
        raise JsonRESTError("ActionNotFoundException", f"no action {name} in stage {stage['name']}")
    runs = _running.of(pipeline["name"])
    found = [each for run in runs for each in run.actions if (each.stage, each.name) == (stage["name"], name)]
    return found[-1] if found else None


_MISSING = {
    "stop_pipeline_execution": _stop,
    "get_pipeline_state": _get_state,
    "list_action_executions": _list_actions,
    "put_job_success_result": _put_job_success,
    "put_job_failure_result": _put_job_failure,
    "put_approval_result": _put_approval,
}
