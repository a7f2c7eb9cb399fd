"""CloudFormation: the types and properties that moto lacks. A type that nobody has is an error, where moto warns."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.awslambda.models import LayerVersion
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack

from rehearsal.deployment.left_out import ATTRIBUTES, COMPLETIONS, NOT_FOR_MOTO, REFS
from rehearsal.deployment.missing_types import MISSING_TYPES
from rehearsal.deployment.resource_types import model_of
from rehearsal.patches import kms_keys
from rehearsal.patching import replace

# All that moto's clean_json knows.
_FUNCTIONS = frozenset(
    {"Ref"}
    | {
        f"Fn::{name}"
        for name in (
            "FindInMap", "GetAtt", "If", "Join", "Split", "Select", "Sub", "ImportValue", "GetAZs", "Base64",
            "ToJsonString",
        )
    }
)  # fmt: skip
_models: list[type[Any]] = []
_originals: dict[str, Any] = {}


def apply() -> None:
    kms_keys.apply()
    _models.extend(model_of(each) for each in MISSING_TYPES)
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()
    _originals["parse_template"] = replace(
        Stack, "parse_template", staticmethod(_parse_template), expected="e43c0d55bf4a"
    )
    _originals["load"] = replace(parsing.ResourceMap, "load", _load, expected="1b7277cb388d")
    _originals["clean_json"] = replace(parsing, "clean_json", _clean_json, expected="9fbe5dedab81")
    replace(parsing, "get_references_from_template", _references, expected="f5c38f12e570")
    _originals["create_layer"] = replace(
        LayerVersion, "create_from_cloudformation_json", classmethod(_create_layer), expected="df10b0654a9b"
    )
    for owner, ref in REFS:
        owner.physical_resource_id = property(ref)
    for owner, digest, complete in COMPLETIONS:
        _complete_after_creation(owner, digest, complete)
    for owner, has_digest, get_digest, attributes in ATTRIBUTES:
        _add_attributes(owner, has_digest, get_digest, attributes)


def _parse_template(template: str) -> Any:
    """moto reads JSON as YAML, which takes seconds for a template of our size."""
    if template.lstrip().startswith("{"):
        return json.loads(template)
    return _originals["parse_template"].__func__(template)


def _load(self: Any) -> None:
    """Before anything is made: all unknown types at once, each with its logical ids."""
    known = parsing.get_model_map().keys() | set(parsing.NULL_MODELS)
    unknown: dict[str, list[str]] = {}
    for logical_id, resource in self._resource_json_map.items():
        if resource["Type"] not in known and not resource["Type"].startswith("Custom::"):
            unknown.setdefault(resource["Type"], []).append(logical_id)
    if unknown:
        named = "; ".join(f"{kind} ({', '.join(ids)})" for kind, ids in unknown.items())
        raise ValidationError(
            message=f"Template format error: Unrecognized resource types: {named}. The rehearsal's own types are in "
            "rehearsal/deployment/missing_types.py"
        )
    _originals["load"](self)


def _clean_json(resource_json: Any, resources_map: Any) -> Any:
    """AWS::NoValue takes an item out of a list, as it takes a property out.

    moto asks each dictionary for each function by name, and a template has thousands of dictionaries without any.
    """
    if isinstance(resource_json, list):
        items = (_clean_json(each, resources_map) for each in resource_json)
        return [each for each in items if each is not None]
    if not isinstance(resource_json, dict):
        return resource_json
    if not _FUNCTIONS.isdisjoint(resource_json):
        cleaned = _originals["clean_json"](resource_json, resources_map)
        return [each for each in cleaned if each is not None] if isinstance(cleaned, list) else cleaned
    members = ((name, _clean_json(value, resources_map)) for name, value in resource_json.items())
    return {name: value for name, value in members if value is not None}


def _references(template: Any) -> list[str]:
    """What a changed parameter changes: moto sees it in Ref, but not in Sub."""
    if isinstance(template, list):
        return [name for item in template for name in _references(item)]
    if not isinstance(template, dict):
        return []
    found = [name for key, value in template.items() if key != "Ref" for name in _references(value)]
    text = template.get("Fn::Sub")
    found += re.findall(r"\$\{(\w+)\}", text[0] if isinstance(text, list) else text or "")
    return [*found, template["Ref"]] if "Ref" in template else found


def _create_layer(
    cls: Any, /, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
) -> Any:
    """moto takes a made-up name for the layer's."""
    name = cloudformation_json["Properties"].get("LayerName", resource_name)
    create = _originals["create_layer"].__func__
    return create(cls, name, cloudformation_json, account_id, region_name, **kwargs)


def _complete_after_creation(owner: Any, digest: str, complete: Any) -> None:
    def create(
        cls: Any, /, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> Any:
        properties = cloudformation_json["Properties"]
        left_out = NOT_FOR_MOTO.get(cls.cloudformation_type(), ())
        for_moto = {"Properties": {name: value for name, value in properties.items() if name not in left_out}}
        made = original.__func__(cls, resource_name, for_moto, account_id, region_name, **kwargs)
        complete(made, properties)
        return made

    original = replace(owner, "create_from_cloudformation_json", classmethod(create), expected=digest)


def _add_attributes(owner: Any, has_digest: str, get_digest: str, attributes: dict[str, Any]) -> None:
    def has(cls: Any, attr: str) -> bool:
        return attr in attributes or bool(original_has.__func__(cls, attr))

    def get(self: Any, attribute_name: str) -> Any:
        if attribute_name in attributes:
            return attributes[attribute_name](self)
        return original_get(self, attribute_name)

    original_has = replace(owner, "has_cfn_attr", classmethod(has), expected=has_digest)
    original_get = replace(owner, "get_cfn_attribute", get, expected=get_digest)
