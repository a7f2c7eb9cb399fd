"""AWS::CodePipeline::Pipeline: the same as the API's pipeline, but for the first letter of each key."""

from __future__ import annotations

from typing import Any

from moto.codepipeline.models import codepipeline_backends

from rehearsal.cloud import current
from rehearsal.deployment.resource_types import Made, ResourceType

_NUMBERS = ("runOrder", "timeoutInMinutes")


def _backend() -> Any:
    settings = current().settings
    return codepipeline_backends[settings.account_id][settings.region]


def _make(name: str, properties: dict[str, Any]) -> Made:
    given = {key: value for key, value in properties.items() if key not in ("Tags", "RestartExecutionOnUpdate")}
    pipeline = {**_lowered(given), "name": name}
    tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags", [])]
    if name in _backend().pipelines:
        made = _backend().update_pipeline(pipeline)
    else:
        made, _tags = _backend().create_pipeline(pipeline, tags)
    return Made(name, {"Version": str(made["version"])})


def _lowered(value: Any) -> Any:
    if isinstance(value, list):
        return [_lowered(each) for each in value]
    if not isinstance(value, dict):
        return value
    lowered: dict[str, Any] = {}
    for key, inner in value.items():
        name = key[0].lower() + key[1:]
        # A configuration's keys are the action's own.
        lowered[name] = inner if name == "configuration" else int(inner) if name in _NUMBERS else _lowered(inner)
    return lowered


def _delete(ref: str, _properties: dict[str, Any]) -> None:
    _backend().delete_pipeline(ref)


PIPELINE = ResourceType("AWS::CodePipeline::Pipeline", _make, _delete, "Name", ("Version",))
