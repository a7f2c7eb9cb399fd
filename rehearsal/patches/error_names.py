"""Error names and causes as Retry and Catch see them."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_aws_sdk as aws_sdk
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_events as events
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import HeartbeatTimeoutError
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from rehearsal.patching import replace

# What AWS writes before the dot for aws-sdk integrations: the service's name in the AWS SDK for Java 2.
# Source: the exception prefixes of https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
_SDK_PREFIXES = {
    "applicationautoscaling": "ApplicationAutoScaling",
    "cloudformation": "CloudFormation",
    "cloudwatch": "CloudWatch",
    "cloudwatchlogs": "CloudWatchLogs",
    "codepipeline": "CodePipeline",
    "eventbridge": "EventBridge",
    "iam": "Iam",
    "lambda": "Lambda",
    "pricing": "Pricing",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "sagemakerruntime": "SageMakerRuntime",
    "scheduler": "Scheduler",
    "sns": "Sns",
    "sqs": "Sqs",
    "ssm": "Ssm",
    "sts": "Sts",
}
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
_NEVER_CAUGHT_BY_ALL = ("States.DataLimitExceeded", "States.Runtime")
_TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")


_originals: dict[str, Any] = {}


def apply() -> None:
    aws_sdk._SERVICE_ERROR_NAMES.update(_SDK_PREFIXES)
    replace(CustomErrorName, "__init__", _init_custom_error_name, expected="146979a7778b")
    replace(ErrorEqualsDecl, "_eval_body", _eval_error_equals, expected="fa479cb1270a")
    replace(ExecutionState, "_construct_error_output_value", staticmethod(_error_output), expected="94f42eb0accb")
    _originals["from_error"] = replace(StateTaskServiceCallback, "_from_error", _from_error, expected="2b0a5604df71")
    replace(events.SfnFailedEntryCountException, "__init__", _init_failed_entries, expected="ce9a47a4069b")


def _init_custom_error_name(self: Any, error_name: str | None) -> None:
    """moto refuses names that begin with "States.", which turns a branch's States.Timeout into States.Runtime."""
    ErrorName.__init__(self, error_name)


def _eval_error_equals(self: Any, env: Any) -> None:
    error = env.stack.pop()
    names = {error.error_name, *getattr(error, "other_names", ())}
    env.stack.append(any(_matches(listed.error_name, name) for listed in self.error_names for name in names))


def _from_error(self: Any, env: Any, ex: Exception) -> Any:
    """A missed heartbeat is shown as States.Timeout, and answers to its own name as well.

    What the bus refuses is a failed task, named as by the SDK (assumption: AWS documents EventBridge.FailedEntry
    alone); moto takes it for an error of the machine itself, which nothing retries.
    """
    if isinstance(ex, ClientError) and isinstance(self, events.StateTaskServiceEvents):
        return _refused_by_the_bus(self, env, ex)
    failure = _originals["from_error"](self, env, ex)
    if isinstance(ex, HeartbeatTimeoutError):
        failure.error_name.other_names = ("States.HeartbeatTimeout",)
    return failure


def _refused_by_the_bus(self: Any, env: Any, ex: ClientError) -> FailureEvent:
    name = f"{_SDK_PREFIXES['eventbridge']}.{ex.response['Error']['Code']}"
    details = TaskFailedEventDetails(
        error=name, cause=str(ex), resource=self._get_sfn_resource(), resourceType=self._get_sfn_resource_type()
    )
    return FailureEvent(
        env=env,
        error_name=CustomErrorName(error_name=name),
        event_type=HistoryEventType.TaskFailed,
        event_details=EventDetails(taskFailedEventDetails=details),
    )


def _matches(listed: str | None, name: str | None) -> bool:
    if listed == name:
        return True
    if name in _NEVER_CAUGHT_BY_ALL:
        return False
    return listed == "States.ALL" or (listed == "States.TaskFailed" and name not in _TIMEOUTS)


def _error_output(failure_event: Any) -> dict[str, str]:
    """Errors that a person didn't write begin with the state and its event number, as in the execution's own cause."""
    details = FailureEventException(failure_event).get_execution_failed_event_details() or {}
    return {"Error": details.get("error") or "", "Cause": details.get("cause") or ""}


def _init_failed_entries(self: Any, cause: Any) -> None:
    """A cause is text. moto keeps the document, on which DescribeExecution breaks."""
    text = json.dumps(cause)
    RuntimeError.__init__(self, text)
    self.cause = text
