"""DynamoDB's UpdateItem, where all that it does is set attributes of an item that is there.

moto copies the item twice, walks the expression's syntax tree a dozen times, and measures the whole item for each
attribute. Here such an update is checked and done at once. Whatever is different, or wrong, goes moto's own way.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from moto.dynamodb.comparisons import create_condition_expression_parser
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from rehearsal.patches.table_costs import LARGEST_ITEM_BYTES, bytes_of
from rehearsal.patching import replace

_PARAMETERS = frozenset(
    {
        "TableName",
        "Key",
        "UpdateExpression",
        "ConditionExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "ReturnValuesOnConditionCheckFailure",
    }
)
_TYPES = frozenset({"S", "N", "BOOL", "NULL", "M", "L"})
"""Sets and binaries have rules of their own."""
_ASSIGNMENT = re.compile(r"#(\w+) = :(\w+)")
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["update"] = replace(DynamoHandler, "update_item", _update_item, expected="20632da862bd")


def _update_item(handler: Any) -> Any:
    body = handler.body
    assigned = _assigned(body.get("UpdateExpression") or "") if body.keys() <= _PARAMETERS else None
    table = handler.dynamodb_backend.tables.get(body.get("TableName"))
    item = _item(table, body["Key"]) if assigned and table is not None else None
    if assigned is None or item is None or not _holds(body, assigned, item):
        return _originals["update"](handler)
    changed = _changed(body, assigned, table)
    if changed is None or bytes_of({**item.attrs, **changed}) > LARGEST_ITEM_BYTES:
        return _originals["update"](handler)
    for name, value in changed.items():
        dict.__setitem__(item.attrs, name, value)
    return DynamoResult({"ConsumedCapacity": {"TableName": body["TableName"], "CapacityUnits": 0.5}})


@lru_cache(maxsize=1024)
def _assigned(expression: str) -> dict[str, str] | None:
    """Placeholders of names, and of the values that they get; None if the expression says anything else."""
    if not expression.startswith("SET "):
        return None
    found = [_ASSIGNMENT.fullmatch(part.strip()) for part in expression.removeprefix("SET ").split(",")]
    pairs = [(f"#{match[1]}", f":{match[2]}") for match in found if match]
    assigned = dict(pairs)
    return assigned if len(assigned) == len(found) else None


def _item(table: Any, key: dict[str, Any]) -> Any:
    """None if it isn't there, and where an update has to do more than to change it."""
    if table.range_key_attr is None or key.keys() != {table.hash_key_attr, table.range_key_attr}:
        return None
    if table.stream_shard is not None or table.global_indexes or table.indexes:
        return None
    partition = table.items.get(DynamoType(key[table.hash_key_attr]), {})
    return partition.get(DynamoType(key[table.range_key_attr]))


def _holds(body: dict[str, Any], assigned: dict[str, str], item: Any) -> bool:
    """Whether every placeholder is defined and used, and the condition, which moto reads, allows the update."""
    names = body.get("ExpressionAttributeNames") or {}
    values = body.get("ExpressionAttributeValues") or {}
    if not assigned.keys() <= names.keys() or not set(assigned.values()) <= values.keys():
        return False
    condition = create_condition_expression_parser(body.get("ConditionExpression"), names, values)
    allows = condition.parse()
    if names.keys() != assigned.keys() | set(condition.expr_attr_names_found):
        return False
    if values.keys() != set(assigned.values()) | set(condition.expr_attr_values_found):
        return False
    return bool(allows.expr(item))


def _changed(body: dict[str, Any], assigned: dict[str, str], table: Any) -> dict[str, DynamoType] | None:
    names, values = body["ExpressionAttributeNames"], body["ExpressionAttributeValues"]
    given = [(names[name], values[value]) for name, value in assigned.items()]
    changed = {name: DynamoType(value) for name, value in given}
    keys = {table.hash_key_attr, table.range_key_attr}
    if len(changed) < len(given) or keys & changed.keys() or any(_has_other_types(value) for _, value in given):
        return None
    return changed


def _has_other_types(value: Any) -> bool:
    [(kind, inner)] = value.items()
    if kind == "M":
        return any(_has_other_types(each) for each in inner.values())
    if kind == "L":
        return any(_has_other_types(each) for each in inner)
    return kind not in _TYPES
