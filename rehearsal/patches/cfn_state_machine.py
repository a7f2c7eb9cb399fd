"""AWS::StepFunctions::StateMachine: moto makes it where nothing is executed, from a definition string alone."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import yaml
from moto.cloudformation.exceptions import ValidationError
from moto.s3.models import s3_backends
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from rehearsal.cloud import current
from rehearsal.patching import replace

_ATTRIBUTES = {"Arn": "arn", "Name": "name", "StateMachineRevisionId": "revision_id"}


def apply() -> None:
    replace(StateMachine, "create_from_cloudformation_json", classmethod(_create), expected="b80719d22098")
    replace(StateMachine, "update_from_cloudformation_json", classmethod(_update), expected="09484f9dc95e")
    replace(StateMachine, "delete_from_cloudformation_json", classmethod(_delete), expected="86a9c4aaba5f")
    replace(StateMachine, "has_cfn_attr", classmethod(_has_attribute), expected="1391928970a3")
    replace(StateMachine, "get_cfn_attribute", _attribute, expected="b982cc9057aa")


def _create(
    _cls: Any, /, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
) -> Any:
    properties = cloudformation_json["Properties"]
    return stepfunctions_parser_backends[account_id][region_name].create_state_machine(
        name=properties.get("StateMachineName", resource_name),
        definition=_definition(properties),
        roleArn=properties["RoleArn"],
        tags=[{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags", [])],
        loggingConfiguration=_logging(properties.get("LoggingConfiguration")),
        tracingConfiguration={"enabled": bool(properties.get("TracingConfiguration", {}).get("Enabled"))},
        sm_type=properties.get("StateMachineType", "STANDARD"),
    )


def _update(
    _cls: Any,
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Any,
    account_id: str,
    region_name: str,
) -> Any:
    """Another name is another machine; everything else changes the one that is there."""
    properties = cloudformation_json["Properties"]
    if properties.get("StateMachineName", original_resource.name) != original_resource.name:
        _delete(_cls, original_resource.arn, cloudformation_json, account_id, region_name)
        return _create(_cls, new_resource_name, cloudformation_json, account_id, region_name)
    backend = stepfunctions_parser_backends[account_id][region_name]
    return backend.update_state_machine(original_resource.arn, _definition(properties), properties["RoleArn"])


def _delete(cls: Any, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str) -> None:
    stepfunctions_parser_backends[account_id][region_name].delete_state_machine(resource_name)


def _definition(properties: dict[str, Any]) -> str:
    text = _definition_text(properties)
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    return text


def _definition_text(properties: dict[str, Any]) -> str:
    if "DefinitionString" in properties:
        return str(properties["DefinitionString"])
    if "Definition" in properties:
        return json.dumps(properties["Definition"])
    place = properties["DefinitionS3Location"]
    stored = s3_backends[current().settings.account_id]["aws"].get_object(place["Bucket"], place["Key"])
    where = f"{place['Bucket']}/{place['Key']}"
    if stored is None:
        raise ValidationError(message=f"DefinitionS3Location: there is no object {where}")
    try:
        return _as_json(stored.value.decode())
    except yaml.YAMLError as error:
        raise ValidationError(message=f"DefinitionS3Location {where} is not YAML: {error}") from error


@lru_cache(maxsize=64)
def _as_json(text: str) -> str:
    """A definition may be YAML. Kept, because stories deploy the same ones again and again."""
    if text.lstrip().startswith("{"):
        return text
    return json.dumps(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _logging(given: dict[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    groups = [each["CloudWatchLogsLogGroup"]["LogGroupArn"] for each in given.get("Destinations", [])]
    return {
        "level": given.get("Level", "OFF"),
        "includeExecutionData": bool(given.get("IncludeExecutionData")),
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in groups],
    }


def _has_attribute(cls: Any, attr: str) -> bool:
    return attr in _ATTRIBUTES


def _attribute(self: Any, attribute_name: str) -> Any:
    return getattr(self, _ATTRIBUTES[attribute_name])
