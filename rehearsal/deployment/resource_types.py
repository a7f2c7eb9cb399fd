"""A resource type for moto's CloudFormation, from the few functions in which types differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.core.common_models import CloudFormationModel


@dataclass(frozen=True)
class Made:
    """What Ref and GetAtt give for one resource."""

    ref: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ResourceType:
    """`make` takes the physical name and the properties. Making again what is there replaces it."""

    cloudformation_type: str
    make: Callable[[str, dict[str, Any]], Made]
    delete: Callable[[str, dict[str, Any]], None] = lambda ref, properties: None
    name_property: str = ""
    attributes: tuple[str, ...] = ()


class _Resource:
    """What moto asks of every resource; the type's own part is in `kind`."""

    kind: ResourceType

    def __init__(self, made: Made) -> None:
        self.physical_resource_id = made.ref
        self._attributes = made.attributes

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.kind.name_property

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kind.cloudformation_type

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.kind.attributes

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        return self._attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> Any:
        return cls(cls.kind.make(resource_name, cloudformation_json["Properties"]))

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        """A generated name is kept: only a name in the template makes another resource."""
        properties = cloudformation_json["Properties"]
        old = original_resource.physical_resource_id
        name = properties.get(cls.kind.name_property, old)
        if name != old:
            cls.kind.delete(old, properties)
        return cls(cls.kind.make(name, properties))

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        cls.kind.delete(resource_name, cloudformation_json["Properties"])


def model_of(kind: ResourceType) -> type[Any]:
    """A subclass of moto's model. moto finds it among the subclasses, so somebody has to hold on to it."""
    return type(kind.cloudformation_type.replace("::", ""), (_Resource, CloudFormationModel), {"kind": kind})
