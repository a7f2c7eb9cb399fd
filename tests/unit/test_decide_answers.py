"""Whether an answer is as a check wants it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.decide.answers import Reply, judge
from berth_core.manifest import Check

ANSWER = {
    "label": "positive",
    "score": 0.75,
    "count": 3,
    "sure": True,
    "nothing": None,
    "outputs": [{"text": "hi"}, {"a key": 1}],
}


def check(**over: Any) -> Check:
    return Check.model_validate({"body": "{}", **over})


def reply(body: Any = ANSWER, status: int = 200, latency_ms: int = 10) -> Reply:
    return Reply(status=status, body=body if isinstance(body, str) else json.dumps(body), latency_ms=latency_ms)


RIGHT = [
    {"path": "$"},
    {"path": "$.label", "equals": "positive", "kind": "text"},
    {"path": "$.score", "at_least": "0.75", "at_most": "0.75", "kind": "number"},
    {"path": "$.score", "equals": "0.750"},
    {"path": "$.count", "equals": "3.0"},
    {"path": "$.sure", "equals": "true", "kind": "boolean"},
    {"path": "$.nothing", "equals": "null", "kind": "null"},
    {"path": "$.outputs", "kind": "list"},
    {"path": "$.outputs[0]", "kind": "block"},
    {"path": "$.outputs[0].text", "equals": "hi"},
    {"path": "$.outputs[1]['a key']", "equals": "1"},
]
WRONG = [
    ({"path": "$.none"}, "$.none is missing"),
    ({"path": "$.outputs[2]"}, "$.outputs[2] is missing"),
    ({"path": "$.label.deeper"}, "$.label.deeper is missing"),
    ({"path": "$.label[0]"}, "$.label[0] is missing"),
    ({"path": "$.label", "equals": "negative"}, "$.label is positive, wanted negative"),
    ({"path": "$.label", "kind": "number"}, "$.label is positive, wanted a value of kind number"),
    ({"path": "$.sure", "kind": "number"}, "$.sure is true, wanted a value of kind number"),
    ({"path": "$.sure", "at_least": "0"}, "$.sure is true, wanted a number"),
    ({"path": "$.score", "at_least": "0.76"}, "$.score is 0.75, wanted at least 0.76"),
    ({"path": "$.score", "at_most": "0.74"}, "$.score is 0.75, wanted at most 0.74"),
    ({"path": "$.count", "equals": "three"}, "$.count is 3, wanted three"),
    ({"path": "$.label", "kind": "number", "at_least": "1"}, "$.label is positive, wanted a value of kind number"),
    ({"path": "$.sure", "equals": "1"}, "$.sure is true, wanted 1"),
    ({"path": "$.outputs", "equals": "hi"}, '$.outputs is [{"text": "hi"}, {"a key": 1}], wanted hi'),
]


@pytest.mark.parametrize("wanted", RIGHT, ids=str)
def test_the_value_is_as_wanted(wanted: dict[str, Any]) -> None:
    assert judge(check(expect=[wanted]), reply(), None).passed


@pytest.mark.parametrize(("wanted", "told"), WRONG, ids=str)
def test_the_value_is_not_as_wanted(wanted: dict[str, Any], told: str) -> None:
    checked = judge(check(expect=[wanted]), reply(), None)
    assert (checked.passed, checked.code, checked.reason) == (False, "WrongAnswer", told)


@pytest.mark.parametrize("body", ["plain text", "", "{", "[" * 20_000])
def test_an_answer_that_is_no_json_has_no_values(body: str) -> None:
    checked = judge(check(expect=[{"path": "$"}]), reply(body), None)
    assert (checked.code, checked.reason[:21]) == ("WrongAnswer", "the answer is no JSON")
    assert judge(check(), reply(body), None).passed


def test_a_late_answer_is_late_however_good() -> None:
    assert judge(check(max_latency_ms=100), reply(latency_ms=100), None).passed
    checked = judge(check(max_latency_ms=100), reply(latency_ms=101), None)
    assert (checked.code, checked.reason) == ("TooSlow", "took 101 ms, allowed are 100 ms")


def test_a_container_may_be_wanted_to_refuse() -> None:
    assert judge(check(status=422), reply("no such field", status=422), None).passed
    checked = judge(check(status=422), reply(), None)
    assert checked.code == "WrongStatus"
    assert judge(check(), reply("broken", status=500), None).reason == "status 500, wanted 200 (broken)"


def test_of_an_answer_that_is_as_wanted_the_status_and_the_time_are_told() -> None:
    for wanted, production in ((check(), None), (check(), reply()), (check(like_production={}), reply())):
        assert judge(wanted, reply(), production).reason == "status 200 in 10 ms"


def test_a_long_answer_is_told_by_its_beginning() -> None:
    wanted = check(expect=[{"path": "$"}])
    assert judge(wanted, reply("x" * 60), None).reason == f"the answer is no JSON: {'x' * 60}"
    assert judge(wanted, reply("x" * 61), None).reason == f"the answer is no JSON: {'x' * 57}..."


def test_a_block_is_wanted_as_it_would_be_written() -> None:
    wanted = check(expect=[{"path": "$.outputs", "equals": '[{"text": "hi"}, {"a key": 1}]'}])
    assert judge(wanted, reply(), None).passed


LIKE = [
    ({}, ANSWER, True),
    ({"paths": ["$.label"]}, {**ANSWER, "score": 9}, True),
    ({"paths": ["$.label"]}, {**ANSWER, "label": "negative"}, False),
    ({"paths": ["$.score"], "tolerance_percent": 10}, {**ANSWER, "score": 0.8}, True),
    ({"paths": ["$.score"], "tolerance_percent": 5}, {**ANSWER, "score": 0.8}, False),
    ({"tolerance_percent": 10}, {**ANSWER, "score": 0.8}, True),
    ({}, {**ANSWER, "sure": 1}, False),
    ({}, {**ANSWER, "outputs": []}, False),
    ({}, {**ANSWER, "more": 1}, False),
    ({"paths": ["$.none"]}, ANSWER, True),
]


@pytest.mark.parametrize(("likeness", "live", "alike"), LIKE)
def test_as_production_or_not(likeness: dict[str, Any], live: Any, alike: bool) -> None:
    checked = judge(check(like_production=likeness), reply(), reply(live))
    assert (checked.passed, checked.code) == (alike, "" if alike else "UnlikeProduction")


def test_a_value_that_only_one_of_the_two_has_is_told_as_nothing() -> None:
    wanted = check(like_production={"paths": ["$.label"]})
    assert judge(wanted, reply(), reply({})).reason == "$.label is positive, production: nothing"
    assert judge(wanted, reply({}), reply()).reason == "$.label is nothing, production: positive"


def test_what_is_no_json_is_compared_as_text() -> None:
    assert judge(check(like_production={}), reply("hi"), reply("hi")).passed
    assert judge(check(like_production={}), reply("hi"), reply("ho")).reason == "hi, production: ho"


def test_production_that_refuses_the_request_is_no_measure() -> None:
    checked = judge(check(like_production={}), reply(), reply("broken", status=500))
    assert checked.code == "UnlikeProduction"
    assert checked.reason == "production answers the same request with status 500 (broken)"


@pytest.mark.parametrize(("tolerance_percent", "alike"), [(5, True), ("4.99", False)])
def test_the_tolerance_is_of_productions_value(tolerance_percent: Any, alike: bool) -> None:
    wanted = check(like_production={"tolerance_percent": tolerance_percent})
    for ours, theirs in ((105, 100), (95, 100), (-105, -100)):
        assert judge(wanted, reply({"score": ours}), reply({"score": theirs})).passed == alike


def test_json_is_unlike_text() -> None:
    assert judge(check(like_production={}), reply("1"), reply("ho")).reason == "1, production: ho"
    assert judge(check(like_production={}), reply("ho"), reply("1")).reason == "ho, production: 1"


def test_without_production_nothing_is_compared_and_that_is_said() -> None:
    checked = judge(check(like_production={}), reply(), None)
    assert checked.passed
    assert checked.reason.endswith("not compared: production wasn't in service")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(json_values)
def test_every_answer_is_like_itself(answer: Any) -> None:
    assert judge(check(like_production={}), reply(answer), reply(answer)).passed


NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "1e999999", "1e-99999999999999999999"]


@pytest.mark.parametrize("written", NO_NUMBERS)
def test_a_number_that_cannot_be_counted_with_is_like_itself_and_within_no_limit(written: str) -> None:
    body = f'{{"score": {written}}}'
    assert judge(check(like_production={}), reply(body), reply(body)).passed
    assert judge(check(like_production={}), reply(body), reply({"score": 1})).code == "UnlikeProduction"
    limited = check(expect=[{"path": "$.score", "at_least": "1"}])
    assert judge(limited, reply(body), None).code == "WrongAnswer"


@given(st.text(), st.text())
def test_no_body_breaks_it(body: str, live: str) -> None:
    wanted = check(expect=[{"path": "$.a[0]", "at_least": "1"}], like_production={})
    assert not judge(wanted, reply(body), reply(live)).passed
