"""DynamoDB's shorter ways come to the same as moto's own, whatever they are asked."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from rehearsal.cloud import Cloud
from rehearsal.patches import plain_updates, table_costs

KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}
ROW: dict[str, Any] = {
    **KEY,
    "n": {"N": "1"},
    "m": {"M": {"x": {"L": [{"S": "y"}, {"BOOL": True}]}}},
    "s": {"SS": ["a"]},
}
LARGE = {"S": "x" * 300_000}


def update(expression: str, **values: dict[str, Any]) -> dict[str, Any]:
    return {
        "Key": KEY,
        "UpdateExpression": expression,
        "ExpressionAttributeNames": {"#n": "n", "#m": "m"},
        "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
    }


BOTH = update("SET #n = :n, #m = :m", n={"N": "2"}, m={"M": {"deep": {"L": [{"NULL": True}, {"N": "1.50"}]}}})
MINE = {"ConditionExpression": "#n = :old", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
UPDATES: dict[str, dict[str, Any]] = {
    "two attributes": BOTH,
    "a new attribute": {**BOTH, "ExpressionAttributeNames": {"#n": "n", "#m": "new"}},
    "an allowed one": {**update("SET #m = :m", m={"S": ""}, old={"N": "1"}), **MINE},
    "one that is not allowed": {**update("SET #m = :m", m={"S": "x"}, old={"N": "7"}), **MINE},
    "no such row": {**BOTH, "Key": {**KEY, "sk": {"S": "none"}}},
    "no such row, which has to be there": {
        **BOTH,
        "Key": {**KEY, "sk": {"S": "none"}},
        "ConditionExpression": "attribute_exists(#n)",
    },
    "half a key": {**BOTH, "Key": {"pk": {"S": "a"}}},
    "no such table": {**BOTH, "TableName": "none"},
    "the same attribute twice": update("SET #n = :n, #n = :m, #m = :m", n={"N": "1"}, m={"N": "2"}),
    "the same attribute by two names": {**BOTH, "ExpressionAttributeNames": {"#n": "n", "#m": "n"}},
    "a key": {**BOTH, "ExpressionAttributeNames": {"#n": "n", "#m": "sk"}},
    "a value too many": update("SET #n = :n, #m = :n", n={"N": "1"}, unused={"N": "2"}),
    "a name too many": update("SET #n = :n", n={"N": "1"}),
    "a value too few": update("SET #n = :n, #m = :m", n={"N": "1"}),
    "a set": update("SET #n = :n, #m = :m", n={"SS": ["b", "a"]}, m={"N": "2"}),
    "an empty set": update("SET #n = :n, #m = :m", n={"NS": []}, m={"N": "2"}),
    "too large": update("SET #n = :n, #m = :m", n=LARGE, m=LARGE),
    "arithmetic": update("SET #n = #n + :n, #m = :n", n={"N": "1"}),
    "a removal": {**update("SET #n = :n REMOVE #m", n={"N": "1"})},
    "an answer": {**BOTH, "ReturnValues": "ALL_OLD"},
}

OF_A = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}}
QUERIES: dict[str, dict[str, Any]] = {
    "all": OF_A,
    "backwards": {**OF_A, "ScanIndexForward": False},
    "nobody's": {**OF_A, "ExpressionAttributeValues": {":pk": {"S": "nobody"}}},
    "as many as there are": {**OF_A, "Limit": 3},
    "fewer than there are": {**OF_A, "Limit": 2, "ScanIndexForward": False},
    "from a row on": {**OF_A, "ExclusiveStartKey": KEY},
    "some": {
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
        "ExpressionAttributeValues": {":pk": {"S": "a"}, ":sk": {"S": "2"}},
    },
    "those between": {
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :sk AND :to",
        "ExpressionAttributeValues": {":pk": {"S": "a"}, ":sk": {"S": "1"}, ":to": {"S": "2"}},
    },
    "filtered": {
        **OF_A,
        "FilterExpression": "n = :n",
        "ExpressionAttributeValues": {":pk": {"S": "a"}, ":n": {"N": "1"}},
    },
    "projected": {**OF_A, "ProjectionExpression": "n"},
    "counted": {**OF_A, "Select": "COUNT"},
    "more than a page": {**OF_A, "ExpressionAttributeValues": {":pk": {"S": "large"}}},
}


@pytest.mark.parametrize("asked", UPDATES.values(), ids=UPDATES.keys())
def test_an_update_comes_to_the_same(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    ours = in_a_new_cloud("update_item", asked)
    monkeypatch.setattr(DynamoHandler, "update_item", plain_updates._originals["update"])
    assert ours == in_a_new_cloud("update_item", asked)


@pytest.mark.parametrize("asked", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_comes_to_the_same(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    ours = in_a_new_cloud("query", asked)
    monkeypatch.setattr(Table, "query", table_costs._originals["query"])
    assert ours == in_a_new_cloud("query", asked)


def test_what_the_ledger_asks_takes_the_short_ways(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(cloud)
    monkeypatch.setattr(plain_updates, "_originals", {})
    monkeypatch.setattr(table_costs, "_originals", {"make": table_costs._originals["make"]})
    client = cloud.client("dynamodb")
    client.update_item(TableName="t", **UPDATES["two attributes"])
    assert len(client.query(TableName="t", **QUERIES["some"])["Items"]) == 1


def test_a_row_is_measured_as_moto_measures_it() -> None:
    row = {**ROW, "b": {"B": b"\x00\xff"}, "ü": {"S": "ü"}, "none": {"NULL": True}}
    item = Item(None, None, row)
    assert table_costs.bytes_of(item.attrs) == item.size()


def in_a_new_cloud(method: str, asked: dict[str, Any]) -> Any:
    cloud = Cloud.start()
    try:
        filled(cloud)
        client = cloud.client("dynamodb")
        answer = outcome(lambda: getattr(client, method)(**{"TableName": "t", **asked}))
        return answer, client.get_item(TableName="t", Key=KEY)["Item"], client.scan(TableName="t")["Count"]
    finally:
        cloud.stop()


def filled(cloud: Cloud) -> None:
    client = cloud.client("dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    for sort in ("3", "1", "2"):
        client.put_item(TableName="t", Item={**ROW, "sk": {"S": sort}})
    for sort in ("1", "2", "3", "4"):
        client.put_item(TableName="t", Item={"pk": {"S": "large"}, "sk": {"S": sort}, "n": LARGE})


def outcome(call: Callable[[], dict[str, Any]]) -> Any:
    try:
        return call()
    except ClientError as error:
        return error.response
