"""The ledger's one DynamoDB table: rows by `pk` and `sk`, conditional writes answered with yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import batched
from typing import Any, NamedTuple

from berth_aws.attributes import Item, from_attributes, to_attributes
from berth_aws.clients import Client
from berth_aws.translate import in_our_words

BATCH = 100
"""Keys that one BatchGetItem takes."""


def iso(moment: datetime) -> str:
    """A moment as keys and conditions need it: UTC and of one length, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Written(NamedTuple):
    """Whether a conditional write took place; if it didn't, the row that stood in its way."""

    done: bool
    found: Item | None = None


class Table:
    """Reads are consistent: a decision must see the claim that was written a moment ago.

    Attributes in expressions are written `#name`, and may so have any name that DynamoDB reserves. All methods raise
    BusyError when throttled or without an answer: every write of the ledger may be repeated.
    """

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, pk: str, sk: str) -> Item | None:
        """The row, or None if there is none."""
        with in_our_words("GetItem"):
            answer = self._client.get_item(TableName=self._name, Key=_key(pk, sk), ConsistentRead=True)
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def get_all(self, keys: Iterable[tuple[str, str]]) -> list[Item]:
        """The rows of these keys that are there, in no order."""
        found: list[Item] = []
        for batch in batched(keys, BATCH, strict=False):
            asked = {self._name: {"Keys": [_key(pk, sk) for pk, sk in batch], "ConsistentRead": True}}
            while asked:
                with in_our_words("BatchGetItem"):
                    answer = self._client.batch_get_item(RequestItems=asked)
                found += [from_attributes(each) for each in answer["Responses"].get(self._name, ())]
                asked = answer.get("UnprocessedKeys", {})
        return found

    def query(self, pk: str, condition: str = "", **values: Any) -> list[Item]:
        """All rows of `pk` whose `#sk` fits the condition, in the order of `sk`."""
        expression = "#pk = :pk" + (f" AND {condition}" if condition else "")
        return list(self._pages(_arguments("KeyConditionExpression", expression, {**values, "pk": pk})))

    def from_the_end(self, pk: str, *, page: int) -> Iterator[Item]:
        """The rows of `pk` against the order of `sk`, read by pages of so many as the caller goes on."""
        arguments = _arguments("KeyConditionExpression", "#pk = :pk", {"pk": pk})
        yield from self._pages(arguments | {"ScanIndexForward": False, "Limit": page})

    def _pages(self, arguments: dict[str, Any]) -> Iterator[Item]:
        while True:
            with in_our_words("Query"):
                page = self._client.query(TableName=self._name, ConsistentRead=True, **arguments)
            yield from (from_attributes(each) for each in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            arguments = {**arguments, "ExclusiveStartKey": page["LastEvaluatedKey"]}

    def put(self, pk: str, sk: str, row: Mapping[str, Any], condition: str = "", **values: Any) -> Written:
        """Writes the whole row, if the condition holds for the one that is there."""
        arguments = _arguments("ConditionExpression", condition, values)
        item = to_attributes({**row, "pk": pk, "sk": sk})
        return self._write("PutItem", self._client.put_item, Item=item, **arguments)

    def update(self, pk: str, sk: str, change: str, condition: str = "", **values: Any) -> Written:
        """Changes some attributes of a row, by default of one that exists."""
        condition = condition or "attribute_exists(#pk)"
        arguments = _arguments("ConditionExpression", condition, values, also=change)
        return self._write(
            "UpdateItem", self._client.update_item, Key=_key(pk, sk), UpdateExpression=change, **arguments
        )

    def delete(self, pk: str, sk: str, condition: str = "attribute_exists(#pk)", **values: Any) -> Written:
        """Deletes the row, if it is there and the condition holds."""
        arguments = _arguments("ConditionExpression", condition, values)
        return self._write("DeleteItem", self._client.delete_item, Key=_key(pk, sk), **arguments)

    def _write(self, operation: str, call: Callable[..., Any], **arguments: Any) -> Written:
        failed = self._client.exceptions.ConditionalCheckFailedException
        try:
            with in_our_words(operation):
                call(TableName=self._name, ReturnValuesOnConditionCheckFailure="ALL_OLD", **arguments)
        except failed as error:
            return Written(done=False, found=from_attributes(error.response.get("Item", {})) or None)
        return Written(done=True)


def without_keys(row: Item) -> Item:
    """A row's own attributes."""
    return {name: value for name, value in row.items() if name not in ("pk", "sk")}


def _key(pk: str, sk: str) -> dict[str, Any]:
    return to_attributes({"pk": pk, "sk": sk})


def _arguments(kind: str, expression: str, values: Mapping[str, Any], also: str = "") -> dict[str, Any]:
    if not expression:
        return {}
    names = sorted(set(re.findall(r"#(\w+)", f"{expression} {also}")))
    arguments: dict[str, Any] = {kind: expression, "ExpressionAttributeNames": {f"#{name}": name for name in names}}
    if values:
        arguments["ExpressionAttributeValues"] = {f":{key}": each for key, each in to_attributes(values).items()}
    return arguments
