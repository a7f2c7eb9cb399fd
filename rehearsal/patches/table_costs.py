"""DynamoDB's backend, where its work grows with the table although the answer doesn't.

moto sorts the whole table for each query of one partition, measures an item anew for each attribute that it is given,
and parses each update's expression twice.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import bytesize
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from rehearsal.patching import replace

_LARGEST_ITEM_BYTES = 405_000
"""moto's own limit, in LimitedSizeDict; AWS says 400 KB."""
_INDEX_NAME = 6
"""Its place among the arguments of Table.query after the hash key."""
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["query"] = replace(Table, "query", _query, expected="c08e16587862")
    replace(Item, "__init__", _make_item, expected="bebd77855342")
    make = replace(UpdateExpressionParser, "make", classmethod(_parsed_update), expected="7bda627b702e")
    _originals["make"] = make.__func__


def _query(table: Any, hash_key: Any, *args: Any, **options: Any) -> Any:
    """A query of the table itself sees a table that has only the partition that it asks for."""
    index_name = args[_INDEX_NAME] if len(args) > _INDEX_NAME else options.get("index_name")
    if index_name is None and table.range_key_attr and hash_key is not None:
        table = copy.copy(table)
        # get, because the dictionary makes a partition for whoever looks for it.
        table.items = {hash_key: table.items.get(hash_key, {})}
    return _originals["query"](table, hash_key, *args, **options)


def _make_item(item: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    item.hash_key = hash_key
    item.range_key = range_key
    item.attrs = LimitedSizeDict()
    for name, value in attrs.items():
        dict.__setitem__(item.attrs, name, DynamoType(value))
    if sum(bytesize(name) + value.size() for name, value in item.attrs.items()) > _LARGEST_ITEM_BYTES:
        raise ItemSizeTooLarge


def _parsed_update(cls: Any, expression: str) -> Any:
    return _parsed(cls, expression)


@lru_cache(maxsize=1024)
def _parsed(cls: Any, expression: str) -> Any:
    """Who validates or executes a parsed expression copies it first (UpdateExpressionValidator)."""
    return _originals["make"](cls, expression)
