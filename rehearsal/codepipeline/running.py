"""Executions of pipelines: stage after stage, in a stage by runOrder, and no further once an action has failed."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from rehearsal.cloud import current
from rehearsal.codepipeline import doing
from rehearsal.codepipeline.events import put_changed
from rehearsal.codepipeline.runs import Action, ActionAbandoned, ActionFailed, Run
from rehearsal.virtual_threads import VirtualEvent


class Running:
    """All executions of this cloud, in order of their starts."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def start(self, pipeline: dict[str, Any], variables: list[dict[str, str]]) -> Run:
        defaults = {each["name"]: each.get("defaultValue", "") for each in pipeline.get("variables", [])}
        given = defaults | {each["name"]: each["value"] for each in variables}
        run = Run(pipeline["name"], pipeline["version"], pipeline, given)
        self.runs.append(run)
        _tell(run, f"pipeline/{run.pipeline}", "is started")
        current().kernel.spawn(lambda: _carry_out(run), f"pipeline {run.pipeline}")
        return run

    def of(self, pipeline: str) -> list[Run]:
        return [run for run in self.runs if run.pipeline == pipeline]

    def actions(self) -> list[Action]:
        return [action for run in self.runs for action in run.actions]


def _carry_out(run: Run) -> None:
    for stage in run.declaration["stages"]:
        ordered = sorted(stage["actions"], key=lambda action: action["runOrder"])
        for _order, together in groupby(ordered, key=lambda action: action["runOrder"]):
            if not _all_succeed(run, stage["name"], list(together)):
                _end(run, "Stopped" if run.status == "Stopping" else "Failed")
                return
    _end(run, "Succeeded")


def _end(run: Run, status: Any) -> None:
    run.status = status
    run.updated_at = current().now
    _tell(run, f"pipeline/{run.pipeline}", status.lower())


def _all_succeed(run: Run, stage: str, declarations: list[dict[str, Any]]) -> bool:
    """Actions of one runOrder run at the same time, and all of them to their end."""
    ended = [_started(run, stage, declaration) for declaration in declarations]
    for _action, over in ended:
        over.wait()
    return run.status == "InProgress" and all(action.status == "Succeeded" for action, _over in ended)


def _started(run: Run, stage: str, declaration: dict[str, Any]) -> tuple[Action, VirtualEvent]:
    action, over = run.begin(stage, declaration), VirtualEvent()

    def perform() -> None:
        _perform(run, action)
        over.set()

    current().kernel.spawn(perform, f"pipeline {run.pipeline} {action.name}")
    return action, over


def _perform(run: Run, action: Action) -> None:
    put_changed(run, action)
    try:
        doing.do(run, action)
    except ActionAbandoned:
        action.status = "Abandoned"
    except ActionFailed as failed:
        action.status = "Failed"
        action.error = (failed.code, str(failed))
        action.external_id = action.external_id or failed.external_id
    else:
        action.status = "Succeeded"
    action.updated_at = current().now
    put_changed(run, action)
    why = f": {action.error[1]}" if action.error else f": {action.summary}" if action.summary else ""
    _tell(run, f"pipeline/{run.pipeline}", f"{action.stage}/{action.name} {action.status.lower()}{why}")


def _tell(run: Run, subject: str, text: str) -> None:
    current().timeline.record("pipeline", subject, text, execution=run.id)
