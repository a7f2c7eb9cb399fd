"""Event patterns, operator by operator ("Comparison operators for use in event patterns", EventBridge user guide)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.delivery.patterns import matches

EVENT: dict[str, Any] = {
    "source": "shop",
    "resources": ["arn:a", "arn:b"],
    "detail": {
        "state": "running",
        "Name": "Ann",
        "file": "dir/cat.PNG",
        "stars": "a*b",
        "count": 3,
        "rate": 0.5,
        "big": 300,
        "ready": True,
        "none": None,
        "empty": "",
        "address": "10.0.0.17",
        "tags": ["red", "green"],
        "inner": {"deep": "x"},
        "items": [{"kind": "a", "size": 1}, {"kind": "b", "size": 2}],
    },
}


@pytest.mark.parametrize(
    ("detail", "seen"),
    [
        # Values: any of the list, each field of the pattern.
        ({"state": ["running"]}, True),
        ({"state": ["stopped", "running"]}, True),
        ({"state": ["stopped"]}, False),
        ({"state": ["Running"]}, False),
        ({"state": ["running"], "count": [4]}, False),
        ({"missing": ["x"]}, False),
        ({"inner": {"deep": ["x"]}}, True),
        ({"inner": {"deep": ["y"]}}, False),
        ({"inner": ["x"]}, False),
        ({"count": [3]}, True),
        ({"count": ["3"]}, False),
        ({"big": [300.0]}, False),
        ({"ready": [True]}, True),
        ({"ready": [1]}, False),
        ({"none": [None]}, True),
        ({"empty": [None]}, False),
        ({"empty": [""]}, True),
        # Lists in the event: one element is enough; of objects, one object has to match as a whole.
        ({"tags": ["green", "blue"]}, True),
        ({"tags": ["blue"]}, False),
        ({"tags": [{"prefix": "gr"}]}, True),
        ({"items": {"kind": ["a"], "size": [1]}}, True),
        ({"items": {"kind": ["a"], "size": [2]}}, False),
        # prefix and suffix
        ({"state": [{"prefix": "run"}]}, True),
        ({"state": [{"prefix": "Run"}]}, False),
        ({"state": [{"prefix": {"equals-ignore-case": "RUN"}}]}, True),
        ({"file": [{"suffix": ".PNG"}]}, True),
        ({"file": [{"suffix": ".png"}]}, False),
        ({"file": [{"suffix": {"equals-ignore-case": ".png"}}]}, True),
        ({"count": [{"prefix": "3"}]}, False),
        # equals-ignore-case and wildcard
        ({"Name": [{"equals-ignore-case": "aNN"}]}, True),
        ({"Name": [{"equals-ignore-case": "an"}]}, False),
        ({"file": [{"wildcard": "dir/*.PNG"}]}, True),
        ({"file": [{"wildcard": "*cat*"}]}, True),
        ({"file": [{"wildcard": "cat*"}]}, False),
        ({"stars": [{"wildcard": "a\\*b"}]}, True),
        ({"file": [{"wildcard": "dir\\*"}]}, False),
        # anything-but
        ({"state": [{"anything-but": "stopped"}]}, True),
        ({"state": [{"anything-but": ["stopped", "running"]}]}, False),
        ({"count": [{"anything-but": [3, 4]}]}, False),
        ({"count": [{"anything-but": [4]}]}, True),
        ({"state": [{"anything-but": {"prefix": "stop"}}]}, True),
        ({"state": [{"anything-but": {"prefix": ["stop", "run"]}}]}, False),
        ({"state": [{"anything-but": {"suffix": "ing"}}]}, False),
        ({"state": [{"anything-but": {"wildcard": "*nn*"}}]}, False),
        ({"state": [{"anything-but": {"equals-ignore-case": ["RUNNING"]}}]}, False),
        ({"missing": [{"anything-but": "x"}]}, False),
        # numeric
        ({"count": [{"numeric": [">", 0, "<=", 3]}]}, True),
        ({"count": [{"numeric": ["<", 3]}]}, False),
        ({"rate": [{"numeric": ["=", 5e-1]}]}, True),
        ({"big": [{"numeric": ["=", 300.0]}]}, True),
        ({"state": [{"numeric": [">", 0]}]}, False),
        ({"ready": [{"numeric": ["=", 1]}]}, False),
        # exists, of leaves alone
        ({"state": [{"exists": True}]}, True),
        ({"none": [{"exists": True}]}, True),
        ({"missing": [{"exists": False}]}, True),
        ({"state": [{"exists": False}]}, False),
        ({"inner": [{"exists": True}]}, False),
        ({"inner": [{"exists": False}]}, True),
        ({"missing": {"deep": [{"exists": False}]}}, True),
        ({"missing": [{"exists": False}, "x"]}, True),
        # cidr
        ({"address": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"address": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"state": [{"cidr": "10.0.0.0/24"}]}, False),
        # $or
        ({"$or": [{"state": ["stopped"]}, {"count": [{"numeric": [">", 2]}]}]}, True),
        ({"$or": [{"state": ["stopped"]}, {"count": [4]}]}, False),
        ({"$or": [{"state": ["running"]}, {"count": [4]}], "Name": ["Bob"]}, False),
    ],
    ids=json.dumps,
)
def test_a_pattern_sees_what_the_guide_says(detail: dict[str, Any], seen: bool) -> None:
    assert matches({"detail": detail}, EVENT) is seen


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ({"detail": {"a": [{"starts-with": "x"}]}}, "Unrecognized match type starts-with"),
        ({"detail": {"a": [{"prefix": "x", "suffix": "y"}]}}, "Only one key allowed"),
        ({"detail": {"a": []}}, "Empty arrays are not allowed"),
        ({"detail": {"a": "x"}}, "'a' must be an object or an array"),
        ({"detail": {}}, "empty"),
        ({"detail": {"a": [["x"]]}}, "Match value must be"),
        ({"detail": {"a": [{"numeric": [">"]}]}}, "numeric"),
        ({"detail": {"a": [{"numeric": ["<>", 1]}]}}, "numeric"),
        ({"detail": {"a": [{"numeric": ["<", "1"]}]}}, "numeric"),
        ({"detail": {"a": [{"numeric": ["<", 6e9]}]}}, "numeric"),
        ({"detail": {"a": [{"exists": "yes"}]}}, "exists"),
        ({"detail": {"a": [{"anything-but": {"numeric": [">", 1]}}]}}, "anything-but"),
        ({"detail": {"a": [{"anything-but": ["x", 1]}]}}, "anything-but"),
        ({"detail": {"a": [{"wildcard": "a**"}]}}, "wildcard"),
        ({"detail": {"a": [{"cidr": "10.0.0.0"}]}}, "cidr"),
        ({"$or": [{"source": ["a"]}]}, "at least 2 Objects in $or"),
    ],
)
def test_a_pattern_that_eventbridge_can_not_read_is_refused(cloud: Cloud, pattern: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClientError, match=r"Event pattern is not valid\. Reason: ") as refused:
        cloud.client("events").put_rule(Name="r", EventPattern=json.dumps(pattern))
    assert refused.value.response["Error"]["Code"] == "InvalidEventPatternException"
    assert reason in str(refused.value)
