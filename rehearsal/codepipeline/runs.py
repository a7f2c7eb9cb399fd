"""What a pipeline execution consists of: its actions, each with what it was told, made and ended with."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from rehearsal.cloud import current
from rehearsal.virtual_threads import VirtualEvent

Status = Literal["InProgress", "Abandoned", "Succeeded", "Failed"]
_VARIABLE = re.compile(r"#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_-]+)\}")
# CodePipeline quotas: how long an action may take.
TIMEOUT_SECONDS = {
    ("Invoke", "Lambda"): 24 * 3600,
    ("Invoke", "StepFunctions"): 7 * 86_400,
    ("Approval", "Manual"): 7 * 86_400,
}
OTHER_TIMEOUT_SECONDS = 3600


class ActionFailed(Exception):
    """The action ends as failed, with a code of errorDetails and a message."""

    def __init__(self, code: str, message: str, external_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.external_id = external_id


class ActionAbandoned(Exception):
    """Its execution was stopped, and waits for it no longer."""


@dataclass
class Action:
    """One execution of an action. `changed` is set whenever somebody outside answers it."""

    stage: str
    declaration: dict[str, Any]
    configuration: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: Status = "InProgress"
    started_at: datetime = field(default_factory=lambda: current().now)
    updated_at: datetime = field(default_factory=lambda: current().now)
    summary: str = ""
    external_id: str = ""
    error: tuple[str, str] | None = None
    variables: dict[str, str] = field(default_factory=dict)
    token: str = ""
    answer: dict[str, str] | None = None
    answered_by: str = ""
    is_abandoned: bool = False
    jobs: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    changed: VirtualEvent = field(default_factory=VirtualEvent)

    @property
    def name(self) -> str:
        return str(self.declaration["name"])

    @property
    def kind(self) -> tuple[str, str]:
        about = self.declaration["actionTypeId"]
        return about["category"], about["provider"]

    @property
    def timeout_seconds(self) -> float:
        minutes = self.declaration.get("timeoutInMinutes")
        return minutes * 60 if minutes else TIMEOUT_SECONDS.get(self.kind, OTHER_TIMEOUT_SECONDS)


@dataclass
class Run:
    """One execution of a pipeline. `artifacts` are zip files by the artifact's name."""

    pipeline: str
    version: int
    declaration: dict[str, Any]
    given: dict[str, str]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: Literal["InProgress", "Stopping", "Stopped", "Succeeded", "Failed"] = "InProgress"
    started_at: datetime = field(default_factory=lambda: current().now)
    updated_at: datetime = field(default_factory=lambda: current().now)
    actions: list[Action] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        settings = current().settings
        return f"arn:aws:codepipeline:{settings.region}:{settings.account_id}:{self.pipeline}"

    def abandon(self) -> None:
        """Approvals that wait end at once. What else runs goes on to its own end, and nothing comes after it."""
        self.status = "Stopping"
        for action in self.actions:
            if action.status == "InProgress":
                action.is_abandoned = True
                action.changed.set()

    def begin(self, stage: str, declaration: dict[str, Any]) -> Action:
        action = Action(stage, declaration, self._resolved(declaration.get("configuration", {})))
        self.actions.append(action)
        return action

    def _resolved(self, configuration: dict[str, Any]) -> dict[str, Any]:
        return {key: _VARIABLE.sub(self._value, str(value)) for key, value in configuration.items()}

    def _value(self, found: re.Match[str]) -> str:
        """A variable that nobody has made fails the action on AWS; here its text stays as it is."""
        namespace, name = found.groups()
        if namespace == "variables":
            return self.given.get(name, found[0])
        if namespace == "codepipeline":
            return {"PipelineExecutionId": self.id}.get(name, found[0])
        makers = (each for each in self.actions if each.declaration.get("namespace") == namespace)
        return next((each.variables[name] for each in makers if name in each.variables), found[0])
