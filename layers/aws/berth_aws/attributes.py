"""JSON values as DynamoDB's typed attributes, and back. Sets and binaries aren't needed, so they aren't known."""

from collections.abc import Mapping
from typing import Any

type Item = dict[str, Any]
"""A row as plain JSON values."""


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """Each value typed. TypeError names a value that JSON has no word for."""
    return {key: to_attribute(value) for key, value in item.items()}


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """The plain values of a row that `to_attributes` made."""
    return {key: from_attribute(value) for key, value in attributes.items()}


def to_attribute(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():  # before int, which a bool is too
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float():
            return {"N": repr(value)}
        case Mapping():
            return {"M": to_attributes(value)}
        case list() | tuple():
            return {"L": [to_attribute(each) for each in value]}
    raise TypeError(f"{value!r} is {type(value).__name__}: a ledger row holds only what JSON can say")


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    [(kind, value)] = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return _number(value)
        case "M":
            return from_attributes(value)
        case "L":
            return [from_attribute(each) for each in value]
    return value


def _number(text: str) -> int | float:
    """DynamoDB writes 3.0 as 3: whole numbers come back as int, which a float field takes as well."""
    try:
        return int(text)
    except ValueError:
        return float(text)
