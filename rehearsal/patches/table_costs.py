"""DynamoDB's backend, where its work grows with the table although the answer doesn't.

moto sorts the whole table for each query of one partition, copies all that it finds before it writes the copy down,
measures an item anew for each attribute that it is given, parses each update's expression twice, and takes each
condition apart with patterns that it compiles for each word of it.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import RESULT_SIZE_LIMIT, Table
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from rehearsal.patching import replace

LARGEST_ITEM_BYTES = 405_000
"""moto's own limit, in LimitedSizeDict; AWS says 400 KB."""
_KEY_CONDITIONS = frozenset({"hash_key_conditions", "range_key_conditions"})
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["query"] = replace(Table, "query", _query, expected="c08e16587862")
    replace(Item, "__init__", _make_item, expected="bebd77855342")
    make = replace(UpdateExpressionParser, "make", classmethod(_parsed_update), expected="7bda627b702e")
    _originals["make"] = make.__func__
    _originals["lex"] = replace(ConditionExpressionParser, "_lex_condition_expression", _words, expected="4e04ec22ff4e")


def _query(
    table: Any,
    hash_key: Any,
    range_comparison: str | None,
    range_objs: list[Any],
    limit: int | None,
    exclusive_start_key: Any,
    scan_index_forward: bool,
    projection_expressions: Any,
    index_name: str | None = None,
    consistent_read: bool = False,
    filter_expression: Any = None,
    **conditions: Any,
) -> Any:
    """A query of the table itself sees a table that has only the partition that it asks for."""
    asked = (range_comparison, range_objs, limit, exclusive_start_key, scan_index_forward, projection_expressions)
    if index_name is None and table.range_key_attr and hash_key is not None:
        # get, because the dictionary makes a partition for whoever looks for it.
        partition = table.items.get(hash_key, {})
        is_one_page = exclusive_start_key is None and _fits_a_page(partition, limit)
        if is_one_page and not projection_expressions and conditions.keys() <= _KEY_CONDITIONS:
            found = _in_order(partition, range_comparison, range_objs, scan_index_forward)
            # What is found is only read: the answer is written from it at once.
            return (
                [item for item in found if filter_expression is None or filter_expression.expr(item)],
                len(found),
                None,
            )
        table = copy.copy(table)
        table.items = {hash_key: partition}
    return _originals["query"](table, hash_key, *asked, index_name, consistent_read, filter_expression, **conditions)


def _fits_a_page(partition: dict[Any, Any], limit: int | None) -> bool:
    if limit is not None and len(partition) > limit:
        return False
    if len(partition) * LARGEST_ITEM_BYTES <= RESULT_SIZE_LIMIT:
        return True
    size_bytes = sum(bytes_of(item.attrs) for item in partition.values())
    return bool(size_bytes <= RESULT_SIZE_LIMIT)


def _in_order(partition: dict[Any, Any], comparison: str | None, values: list[Any], forward: bool) -> list[Any]:
    found = sorted(partition.values(), key=lambda item: item.range_key.cast_value)
    if not forward:
        found.reverse()
    return [item for item in found if not comparison or item.range_key.compare(comparison, values)]


def _make_item(item: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    item.hash_key = hash_key
    item.range_key = range_key
    item.attrs = LimitedSizeDict()
    for name, value in attrs.items():
        dict.__setitem__(item.attrs, name, DynamoType(value))
    if bytes_of(item.attrs) > LARGEST_ITEM_BYTES:
        raise ItemSizeTooLarge


def bytes_of(attributes: Mapping[str, DynamoType]) -> int:
    """What moto's `Item.size` says. That one copies each map and list before it measures it."""
    return sum(_bytes(name) + _size(value) for name, value in attributes.items())


def _size(value: DynamoType) -> int:
    match value.type:
        case "S":
            return _bytes(value.value)
        case "M":
            return bytes_of(value.value)
        case "L":
            return sum(map(_size, value.value))
    return int(value.size())


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _parsed_update(cls: Any, expression: str) -> Any:
    return _parsed(cls, expression)


@lru_cache(maxsize=1024)
def _parsed(cls: Any, expression: str) -> Any:
    """Who validates or executes a parsed expression copies it first (UpdateExpressionValidator)."""
    return _originals["make"](cls, expression)


def _words(parser: Any) -> deque[Any]:
    """The parser eats what it is given, but leaves the words themselves as they are."""
    return deque(_words_of(parser.condition_expression))


@lru_cache(maxsize=1024)
def _words_of(expression: str) -> tuple[Any, ...]:
    return tuple(_originals["lex"](ConditionExpressionParser(expression, {}, {})))
