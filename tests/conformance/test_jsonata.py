"""JSONata as Step Functions evaluates it."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal import jsonata_expressions
from rehearsal.jsonata_expressions import UNDEFINED, EvaluationError, NotJsonError
from tests.conformance.machines import Machines, ending

INPUT = {
    "states": {
        "input": {
            "name": 'a "quoted" line\nand\\more',
            "none": None,
            "zero": 0,
            "list": [{"x": 1}, {"x": 2}],
            "one": [7],
            "empty": [],
            "nested": {"deep": {"value": [1, None, 2.5]}},
        }
    },
    "plan": {"Arn": "arn:1"},
    "nothing": None,
}


def value_of(text: str) -> Any:
    return jsonata_expressions.evaluate(jsonata_expressions.parse(text), INPUT)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$states.input.name", 'a "quoted" line\nand\\more'),
        ("$states.input.none", None),
        ("$exists($states.input.none)", True),
        ("$states.input.none = null", True),
        ("$nothing", None),
        ("$exists($nothing)", True),
        ("$exists($states.input.missing)", False),
        ("$states.input.list.x", [1, 2]),
        ("$states.input.list[x = 2]", {"x": 2}),
        ("$states.input.one", [7]),
        ("$states.input.empty", []),
        ("$count($states.input.empty)", 0),
        ("$plan.Arn & '/' & $string(10 / 4)", "arn:1/2.5"),
        ("10 / 2", 5),
        ("{'a': $states.input.missing, 'b': $states.input.none}", {"b": None}),
        ("$merge([$plan, {'Status': 'Active'}])", {"Arn": "arn:1", "Status": "Active"}),
        ("$partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ("$range(1, 9, 4)", [1, 5, 9]),
        ("$hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("$parse('{\"a\": [1, null]}')", {"a": [1, None]}),
        ("$fromMillis($toMillis('2026-03-01T00:00:00Z') + 60000)", "2026-03-01T00:01:00.000Z"),
    ],
)
def test_an_expression_has_the_value_that_jsonata_gives_it(text: str, value: Any) -> None:
    assert value_of(text) == value
    # The second evaluation of the same parsed expression must not see anything of the first.
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    ["$states.input.nested", "$states.input.nested.deep.value", "$states.input.list", "$states.input.zero", "$plan"],
)
def test_a_plain_path_is_fetched_without_the_engine_and_gives_what_the_engine_gives(text: str) -> None:
    assert jsonata_expressions.parse(text).path
    by_the_engine = f"({text})"
    assert not jsonata_expressions.parse(by_the_engine).path
    assert value_of(text) == value_of(by_the_engine)


def test_a_value_that_is_not_there_is_undefined_and_not_null() -> None:
    assert value_of("$states.input.missing") is UNDEFINED
    assert value_of("$unknown") is UNDEFINED


def test_a_result_shares_nothing_with_the_bindings() -> None:
    fetched = value_of("$states.input.nested")
    fetched["deep"]["value"].append("changed")
    assert value_of("$states.input.nested.deep.value") == [1, None, 2.5]


@pytest.mark.parametrize("text", ["1 + 'a'", "$eval('1')", "$nofunction(1)", "(1", "$parse('{')"])
def test_what_fails_is_an_evaluation_error(text: str) -> None:
    with pytest.raises(EvaluationError):
        value_of(text)


def test_a_function_is_no_result() -> None:
    with pytest.raises(NotJsonError):
        value_of("$sum")


def test_only_what_an_expression_names_is_bound() -> None:
    expression = jsonata_expressions.parse("$states.input.a & $plan.b & '$quoted' & $states . context.c")
    assert expression.names == {"plan"}
    assert expression.states_members == frozenset({"input", "context"})
    assert jsonata_expressions.parse("$states").states_members is None


def test_variables_keep_quotes_newlines_and_null_between_states(machines: Machines) -> None:
    states = {
        "Keep": {
            "Type": "Pass",
            "Assign": {"text": "{% $states.input.text %}", "none": None, "list": "{% [1, $states.input.text] %}"},
            "Next": "Compare",
        },
        "Compare": ending(
            "Pass", Output={"same": "{% $text = $list[1] %}", "text": "{% $text %}", "none": "{% $none %}"}
        ),
    }
    text = 'say "hi"\n\tand \\ go'
    assert machines.run(states, {"text": text}).output == {"same": True, "text": text, "none": None}


def test_assign_and_output_see_the_variables_from_before_the_state(machines: Machines) -> None:
    states = {
        "First": {"Type": "Pass", "Assign": {"n": 1}, "Next": "Second"},
        "Second": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Output": {"n": "{% $n %}"}, "Next": "Third"},
        "Third": ending("Pass", Output={"before": "{% $states.input.n %}", "now": "{% $n %}"}),
    }
    assert machines.run(states).output == {"before": 1, "now": 2}


@pytest.mark.parametrize(
    ("state", "field", "complaint"),
    [
        (ending("Pass", Output={"a": {"b": ["{% $states.input.no %}"]}}), "Output/a/b[0]", "nothing (undefined)."),
        (ending("Pass", Assign={"x": "{% $states.input.no %}"}), "Assign/x", "nothing (undefined)."),
        (ending("Wait", Seconds="{% $states.input.no %}"), "Seconds", "nothing (undefined)."),
        (
            {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.no %}", "Next": "F"}], "Default": "F"},
            "Choices[0]/Condition",
            "nothing (undefined).",
        ),
    ],
)
def test_an_undefined_value_fails_the_execution_and_names_the_field(
    machines: Machines, state: dict[str, Any], field: str, complaint: str
) -> None:
    ended = machines.run({"F": state, "G": {"Type": "Succeed"}} if state["Type"] != "Choice" else {"F": state})
    assert ended.status == "FAILED"
    assert ended.reason == (
        "States.QueryEvaluationError",
        "An error occurred while executing the state 'F' (entered at the event id #2). "
        f"The JSONata expression '$states.input.no' specified for the field '{field}' returned {complaint}",
    )


def test_the_context_object_has_the_ids_and_times_that_aws_gives(machines: Machines) -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": 90, "Next": "Look"},
        "Look": ending("Pass", Output="{% $states.context %}"),
    }
    execution_arn = machines.start(machines.make(states), {"a": 1}, name="by-hand")
    context = machines.end(execution_arn).output
    assert context["Execution"]["Id"] == execution_arn
    assert context["Execution"]["Name"] == "by-hand"
    assert context["Execution"]["Input"] == {"a": 1}
    assert context["Execution"]["StartTime"] == "2026-03-01T00:00:00.000Z"
    assert context["State"] == {"EnteredTime": "2026-03-01T00:01:30.000Z", "Name": "Look", "RetryCount": 0}
    assert context["StateMachine"]["Name"] == "m1"
