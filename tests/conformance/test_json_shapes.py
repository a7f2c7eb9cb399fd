"""Requests and answers of the JSON protocol by the shorter ways: they are what botocore makes of them, to the byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ParamValidationError

from rehearsal.json_shapes import reader
from rehearsal.plain_requests import Writer

OPERATIONS = (
    ("dynamodb", "PutItem"),
    ("dynamodb", "Query"),
    ("dynamodb", "UpdateItem"),
    ("events", "PutEvents"),
    ("sagemaker", "CreateEndpointConfig"),
    ("sagemaker", "DescribeEndpoint"),
    ("sagemaker", "DescribeInferenceComponent"),
    ("sagemaker", "ListTrainingPlans"),
    ("sagemaker", "SearchTrainingPlanOfferings"),
    ("stepfunctions", "DescribeExecution"),
    ("stepfunctions", "StartExecution"),
)
SAMPLES = 40
DEEPEST = 4


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
@pytest.mark.parametrize("checks", [True, False])
def test_a_request_is_written_as_botocore_writes_it_or_refused_as_it_refuses(
    service: str, operation: str, checks: bool
) -> None:
    client, model = _operation(service, operation, checks=checks)
    writer = Writer(client, model)
    random = Random(f"{service}.{operation}")
    for _ in range(SAMPLES):
        parameters = _parameters(model.input_shape, random, 0)
        if checks and random.random() < 0.3:
            parameters["Nonsense"] = 1
        theirs = _outcome(partial(client._serializer.serialize_to_request, parameters, model))
        assert _outcome(partial(writer.written, parameters)) == theirs


def test_what_is_wrong_is_refused_after_a_right_request_too() -> None:
    client, model = _operation("dynamodb", "PutItem")
    writer = Writer(client, model)
    right: dict[str, Any] = {"TableName": "t", "Item": {"pk": {"S": "a"}}}
    assert json.loads(writer.written(right)["body"]) == right
    for wrong in (
        {"TableName": "t"},
        {**right, "TableName": ""},
        {**right, "TableName": 1},
        {**right, "Item": {"pk": {"BOOL": "yes"}}},
        {**right, "Item": {1: {"S": "a"}}},
        {**right, "Item": [("pk", {"S": "a"})]},
    ):
        with pytest.raises(ParamValidationError):
            writer.written(wrong)
    assert json.loads(writer.written({**right, "Item": {"pk": {"B": b"\0"}}})["body"])["Item"]["pk"] == {"B": "AA=="}


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
@pytest.mark.parametrize("without_bytes", [True, False])
def test_an_answer_is_read_as_botocore_reads_it(service: str, operation: str, without_bytes: bool) -> None:
    client, model = _operation(service, operation)
    parser: Any = client._endpoint._response_parser_factory.create_parser("json")
    ours = reader(parser, model.output_shape, attributes_are_plain=service == "dynamodb" and without_bytes)
    random = Random(f"{service}.{operation}")
    for _ in range(SAMPLES):
        body = json.dumps(_answer(model.output_shape, random, 0, without_bytes))
        theirs = parser._parse_shape(model.output_shape, json.loads(body))
        found = ours(json.loads(body))
        assert found == theirs
        # In the same order: a machine's history has it as text.
        assert repr(found) == repr(theirs)


def _operation(service: str, operation: str, *, checks: bool = True) -> tuple[Any, Any]:
    connect: Any = boto3.client
    client = connect(service, region_name="us-east-1", config=Config(parameter_validation=checks))
    return client, client.meta.service_model.operation_model(operation)


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ParamValidationError as error:
        return str(error)


def _parameters(shape: Any, random: Random, depth: int) -> Any:
    """Right as a rule; times and bytes now and then."""
    if shape.type_name == "structure":
        names = _some(shape, random, depth)
        return {name: _parameters(shape.members[name], random, depth + 1) for name in names}
    if shape.type_name == "list":
        return [_parameters(shape.member, random, depth + 1) for _ in range(_few(shape, random))]
    if shape.type_name == "map":
        return {f"k{number}": _parameters(shape.value, random, depth + 1) for number in range(_few(shape, random))}
    return _scalar(shape, random, {"timestamp": datetime(2026, 3, 1, tzinfo=UTC), "blob": b"\x00\xff"})


def _answer(shape: Any, random: Random, depth: int, without_bytes: bool) -> Any:
    """As services write it: with members in any order, with some that are null, and some that nobody knows."""
    if shape.type_name == "structure":
        names = [name for name in _some(shape, random, depth) if not (without_bytes and name in ("B", "BS"))]
        names = names or (["S"] if _has_one_member(shape) else [])
        random.shuffle(names)
        found = {
            shape.members[name].serialization.get("name", name): _answer(
                shape.members[name], random, depth + 1, without_bytes
            )
            for name in names
        }
        return found if _has_one_member(shape) else found | {"NobodyKnows": 1, **_nulls(shape, found, random)}
    if shape.type_name == "list":
        return [_answer(shape.member, random, depth + 1, without_bytes) for _ in range(random.randrange(3))]
    if shape.type_name == "map":
        return {f"k{number}": _answer(shape.value, random, depth + 1, without_bytes) for number in range(2)}
    return _scalar(shape, random, {"timestamp": 1772323200.125, "blob": "AP8="})


def _nulls(shape: Any, found: dict[str, Any], random: Random) -> dict[str, None]:
    left = [name for name in shape.members if name not in found]
    return {name: None for name in left if random.random() < 0.1}


def _some(shape: Any, random: Random, depth: int) -> list[str]:
    if _has_one_member(shape):
        return [random.choice(list(shape.members) if depth < DEEPEST else ["S"])]
    required = set(shape.metadata.get("required", ()))
    return [name for name in shape.members if name in required or random.random() < (0.4 if depth < DEEPEST else 0)]


def _has_one_member(shape: Any) -> bool:
    """An attribute of DynamoDB is a union too, though the model doesn't say so."""
    return bool(shape.is_tagged_union) or shape.name == "AttributeValue"


def _few(shape: Any, random: Random) -> int:
    return max(int(shape.metadata.get("min", 0)), random.randrange(3))


def _scalar(shape: Any, random: Random, special: dict[str, Any]) -> Any:
    least = int(shape.metadata.get("min", 0))
    plain = {
        "string": "ü \u2028" + "x" * least,
        "integer": least + random.randrange(9),
        "long": least + random.randrange(9),
        "float": least + 0.5,
        "double": least + 0.25,
        "boolean": random.random() < 0.5,
    }
    return {**plain, **special}[shape.type_name]
