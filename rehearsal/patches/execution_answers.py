"""DescribeExecution, ListExecutions, StopExecution: moto leaves out a timed-out execution's end and a stop's reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse

from rehearsal.patches import redrives
from rehearsal.patching import replace


def apply() -> None:
    replace(StepFunctionResponse, "describe_execution", _describe_execution, expected="c0cd30253243")
    replace(StepFunctionResponse, "list_executions", _list_executions, expected="0a3814c9218f")
    replace(StepFunctionResponse, "stop_execution", _stop_execution, expected="86d2841f7070")


def _describe_execution(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    described = _row(execution) | redrives.described(execution)
    described |= {"input": execution.execution_input, "inputDetails": {"included": True}}
    if execution.status == "SUCCEEDED":
        described["output"] = json.dumps(execution.output, separators=(",", ":"))
        described["outputDetails"] = {"included": True}
    reasons = {"error": execution.error, "cause": execution.cause}
    return ActionResult(described | {name: reason for name, reason in reasons.items() if reason is not None})


def _list_executions(self: Any) -> ActionResult:
    executions, next_token = self.stepfunction_backend.list_executions(
        self._get_param("stateMachineArn"),
        status_filter=self._get_param("statusFilter"),
        max_results=self._get_int_param("maxResults"),
        next_token=self._get_param("nextToken"),
    )
    wanted = {"REDRIVEN": True, "NOT_REDRIVEN": False}.get(self._get_param("redriveFilter"))
    rows = [_row(each) for each in executions if wanted in (None, bool(redrives.redrives_of(each).count))]
    return ActionResult({"executions": rows, "nextToken": next_token})


def _row(execution: Any) -> dict[str, Any]:
    row = {
        "executionArn": execution.execution_arn,
        "name": execution.name,
        "startDate": execution.start_date,
        "stateMachineArn": execution.state_machine_arn,
        "status": execution.status,
        "redriveCount": redrives.redrives_of(execution).count,
    }
    return row if execution.stop_date is None else row | {"stopDate": execution.stop_date}


def _stop_execution(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    if execution.stop_date is not None:
        return ActionResult({"stopDate": execution.stop_date})
    stop_date = datetime.now(UTC)
    execution.stop(stop_date=stop_date, error=self._get_param("error"), cause=self._get_param("cause"))
    return ActionResult({"stopDate": stop_date})
