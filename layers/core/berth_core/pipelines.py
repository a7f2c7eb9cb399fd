"""CodePipeline's questions and our answers, in values."""

import json
from typing import Any, Literal

from pydantic import Field, ValidationError

from berth_core.model import Frozen, Time

STARTING = "starting"
"""The continuation token while no execution could be started yet."""
PURCHASE = "plan_purchase"
MACHINES = (
    "release_promote",
    "endpoint_rotate",
    "endpoint_deploy",
    "window_handover",
    "deployment_reconcile",
    PURCHASE,
)
"""What a job may start, or follow."""

FailureType = Literal["JobFailed", "ConfigurationError", "PermissionError", "SystemUnavailable"]


class Job(Frozen):
    """What we take of a job's event. The rest of it has credentials, and goes no further."""

    id: str = Field(min_length=1)
    parameters: str = ""
    token: str = ""


class JobWish(Frozen):
    """UserParameters in our words: which machine, with which input; or which of its executions is only followed."""

    machine: str
    given: dict[str, Any]
    follows: str = ""


class ExecutionSeen(Frozen):
    """An execution as it stands. `output` is empty unless it succeeded."""

    arn: str
    status: str
    output: dict[str, Any] = Field(default_factory=dict)
    error: str = ""
    cause: str = ""


class Continue(Frozen):
    """Call again with this token."""

    kind: Literal["continue"] = "continue"
    token: str


class JobDone(Frozen):
    """The action succeeds; later actions can use the variables."""

    kind: Literal["done"] = "done"
    summary: str
    execution_id: str
    variables: dict[str, str]


class JobFailed(Frozen):
    """The action fails with this message."""

    kind: Literal["failed"] = "failed"
    type: FailureType
    message: str
    execution_id: str = ""


JobReply = Continue | JobDone | JobFailed


class ApprovalAsked(Frozen):
    """A manual approval that waits for an answer until `expires_at`. The token is the right to answer it."""

    pipeline: str = Field(min_length=1)
    stage: str = Field(min_length=1)
    action: str = Field(min_length=1)
    token: str = Field(min_length=1)
    expires_at: Time | None = None


class ActionChanged(Frozen):
    """A manual approval that ended, as its event says: what to look at, and nothing to believe."""

    pipeline: str = Field(min_length=1)
    execution_id: str = Field(min_length=1)
    stage: str = Field(min_length=1)
    action: str = Field(min_length=1)

    @property
    def text(self) -> str:
        return f"{self.pipeline}/{self.stage}/{self.action}, execution {self.execution_id}"


class ApprovalSeen(Frozen):
    """A manual approval as CodePipeline lists it. `custom_data` is what was shown, with all variables filled in.

    `updated_by` and `summary` tell who answered, as far as CodePipeline does.
    """

    status: str
    custom_data: str = ""
    updated_by: str = ""
    summary: str = ""
    ended_at: Time | None = None


def job_of(event: dict[str, Any]) -> Job:
    """The job of a Lambda action's event. ValueError for any other event; its text holds no value of the event."""
    try:
        job = event["CodePipeline.job"]
        data = job["data"]
        configuration = data.get("actionConfiguration", {}).get("configuration", {})
        return Job(
            id=job["id"],
            parameters=configuration.get("UserParameters") or "",
            token=data.get("continuationToken") or "",
        )
    except ValidationError as error:
        wrong = ", ".join(str(fault["loc"][0]) for fault in error.errors(include_input=False))
        raise ValueError(f"this is no job of CodePipeline: {wrong} can't be read") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no job of CodePipeline: {type(error).__name__}") from None


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object in a text; None if it is anything else."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
