"""Step Functions: our machines, and the JSONata that they rely on, one state at a time."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.arch.project import machine, machine_files, pascal, written
from tests.cloud.calls import PROBE, Call
from tests.cloud.checking import Answer, check
from tests.cloud.place import Place

NO_API = "moto answers neither TestState nor ValidateStateMachineDefinition over HTTP"
GIVEN = {"name": 'a "quoted" line\nand\\more', "none": None, "list": [{"x": 1}, {"x": 2}], "one": [7], "empty": []}
VALUES: dict[str, Any] = {
    "$states.input.name": GIVEN["name"],
    "$states.input.none": None,
    "$exists($states.input.none)": True,
    "$exists($states.input.missing)": False,
    "$states.input.list.x": [1, 2],
    "$states.input.one": [7],
    "$count($states.input.empty)": 0,
    "{'a': $states.input.missing, 'b': $states.input.none}": {"b": None},
    "$merge([{'Arn': 'a'}, {'Status': 'Active'}])": {"Arn": "a", "Status": "Active"},
    "$append([], ['x'])": ["x"],
    "$partition([1, 2, 3], 2)": [[1, 2], [3]],
    "'{% $eval(1) %}'": "{% $eval(1) %}",
}
FAILING = ("$states.input.missing", "1 + 'a'", "$eval('1')")


def definition(name: str, place: Place) -> dict[str, Any]:
    """A machine as it is deployed: with its substitutions made."""
    properties = next(it.properties for it in written("StateMachine") if it.name == f"{pascal(name)}StateMachine")
    given = {key: _target(value, place) for key, value in properties["DefinitionSubstitutions"].items()}
    text = re.sub(r"\$\{(\w+)\}", lambda found: given[found[1]], json.dumps(machine(name)))
    made: dict[str, Any] = json.loads(text)
    return made


def _target(value: Any, place: Place) -> str:
    owner = value.get("Ref") or value["Fn::GetAtt"][0] if isinstance(value, dict) else str(value)
    known = place.physical(owner)
    return known if known.startswith("arn:") else place.arn("lambda", f"function:{known}")


@check(
    "State machines are made from their files, with substitutions",
    lambda place: [
        Call("stepfunctions", "ValidateStateMachineDefinition", {"definition": json.dumps(definition(name, place))})
        for name in machine_files()
    ],
    unrehearsed=NO_API,
)
def every_machine_is_valid_without_a_warning(_place: Place, answers: list[Answer]) -> None:
    told = dict(zip(machine_files(), answers, strict=True))
    assert {name: answer.value["diagnostics"] for name, answer in told.items() if answer.value["diagnostics"]} == {}
    assert {answer.value["result"] for answer in answers} == {"OK"}


def trying(state: dict[str, Any], given: Any = None) -> Call:
    whole = {"QueryLanguage": "JSONata", **state}
    text = json.dumps(GIVEN if given is None else given)
    return Call("stepfunctions", "TestState", {"definition": json.dumps(whole), "input": text})


def passing(**more: Any) -> dict[str, Any]:
    return {"Type": "Pass", "End": True, **more}


@check(
    "JSONata: null and undefined differ",
    lambda _place: [trying(passing(Output={"value": f"{{% {text} %}}"})) for text in VALUES],
    unrehearsed=NO_API,
)
def jsonata_gives_what_it_gives_in_the_rehearsal(_place: Place, answers: list[Answer]) -> None:
    """tests/conformance/test_cloud_suite.py holds the rehearsal's engine to the same values."""
    found = [json.loads(answer.value["output"])["value"] for answer in answers]
    assert dict(zip(VALUES, found, strict=True)) == VALUES


@check(
    "An undefined or failing expression is States.QueryEvaluationError",
    lambda _place: [trying(passing(Output={"a": f"{{% {text} %}}"})) for text in FAILING],
    unrehearsed=NO_API,
)
def a_failing_expression_is_named_with_its_field(_place: Place, answers: list[Answer]) -> None:
    for text, answer in zip(FAILING, answers, strict=True):
        assert answer.value["status"] == "FAILED"
        assert answer.value["error"] == "States.QueryEvaluationError"
        assert f"The JSONata expression '{text}' specified for the field 'Output/a'" in answer.value["cause"]


_COUNTS = passing(Assign={"n": "{% $n + 1 %}"}, Output={"n": "{% $n %}"})


@check(
    "Assign and Output of a state both see the variables from before it",
    lambda _place: [
        Call(
            "stepfunctions",
            "TestState",
            {
                "definition": json.dumps({"QueryLanguage": "JSONata", **_COUNTS}),
                "input": "{}",
                "variables": '{"n": 1}',
                "inspectionLevel": "DEBUG",
            },
        )
    ],
    unrehearsed=NO_API,
)
def output_sees_the_variable_from_before(_place: Place, answers: list[Answer]) -> None:
    assert json.loads(answers[0].value["output"]) == {"n": 1}
    variables = answers[0].value["inspectionData"].get("variables")
    assert variables is None or json.loads(variables)["n"] == 2


_NO_WAY = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.none = 1 %}", "Next": "Any"}]}


@check(
    "A Choice's own Output and Assign belong to its Default; no match is States.NoChoiceMatched",
    lambda _place: [trying(_NO_WAY)],
    unrehearsed=NO_API,
)
def a_choice_without_a_match_says_so(_place: Place, answers: list[Answer]) -> None:
    assert (answers[0].value["status"], answers[0].value["error"]) == ("FAILED", "States.NoChoiceMatched")


TEXT = {"name": "{% $states.context.Execution.Id %}"}


@check(
    "JSONata: null and undefined differ",
    lambda _place: [trying(passing(Output={"held": "{% [$states.input.name] %}"}), TEXT)],
    unrehearsed=NO_API,
)
def text_that_looks_like_jsonata_stays_text(_place: Place, answers: list[Answer]) -> None:
    assert json.loads(answers[0].value["output"]) == {"held": [TEXT["name"]]}


def _of_nobody(place: Place) -> list[Call]:
    execution = place.arn("states", f"execution:{place.stack}-fleet-reconcile:{place.nobody}")
    answer = {"taskToken": f"{PROBE}-no-token", "output": "{}"}
    return [
        Call("stepfunctions", "DescribeExecution", {"executionArn": execution}),
        Call("stepfunctions", "SendTaskSuccess", answer, "nothing: it is nobody's token"),
    ]


@check("A token is void once its attempt has ended or was answered", _of_nobody)
def a_stranger_is_known_by_its_code(_place: Place, answers: list[Answer]) -> None:
    assert [answer.code for answer in answers] == ["ExecutionDoesNotExist", "InvalidToken"]
