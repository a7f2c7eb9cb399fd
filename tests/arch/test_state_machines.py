"""What `sam validate` doesn't look at: that the machines are whole, and that they carry data and decide nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonata import Jsonata

from berth_core import errors
from tests.arch.project import (
    Json,
    all_states,
    invoked_function,
    machine,
    machine_files,
    machine_text,
    pascal,
    scopes,
    strings,
    written,
)

ENDS = {"Succeed", "Fail"}
WORD = r"'\w+'"
A_FIELD = r"\$\w+(\.\w+)*"
# A field against a word of the core's, a flag, whether a field is there, whether a list has something in it.
QUESTION = re.compile(rf"{A_FIELD} = {WORD}|{A_FIELD}|\$exists\({A_FIELD}\)|\$count\({A_FIELD}\) > 0")
# The engine has no say in what comes out: no clock, no chance, no code from data.
BANNED_FUNCTIONS = {"$now", "$millis", "$random", "$eval", "$uuid"}
STATES_ERRORS = {"States.ALL", "States.Timeout", "States.TaskFailed", "States.HeartbeatTimeout", "States.Permissions"}
# What Lambda and the integrations report themselves (Step Functions guide: error handling, service integrations).
SERVICE_ERROR = re.compile(r"Lambda\.\w+|Sandbox\.Timedout|Runtime\.ExitError|(StepFunctions|EventBridge)\.\w+")

TASKS = [
    pytest.param(name, state_name, id=f"{name}-{state_name}")
    for name in machine_files()
    for state_name, state in all_states(name).items()
    if state["Type"] == "Task"
]


def _state(name: str, state_name: str) -> Json:
    state: Json = all_states(name)[state_name]
    return state


def _targets(state: Json) -> Iterator[str]:
    for node in [state, *state.get("Choices", []), *state.get("Catch", [])]:
        yield from (node[key] for key in ("Next", "Default") if key in node)


@pytest.mark.parametrize("name", machine_files())
def test_every_target_exists_and_every_state_is_reached(name: str) -> None:
    for scope in scopes(name):
        assert scope["States"].keys() - _reached(scope) == set()


def _reached(scope: Json) -> set[str]:
    """The states to which the first one leads, within the machine or within the items of a Map."""
    reached: set[str] = set()
    waiting = [scope["StartAt"]]
    while waiting:
        state_name = waiting.pop()
        assert state_name in scope["States"], f"{state_name} is the target of a transition and no state"
        if state_name not in reached:
            reached.add(state_name)
            waiting.extend(_targets(scope["States"][state_name]))
    return reached


def test_transitions_out_of_a_map_and_states_that_nothing_reaches_are_found() -> None:
    lost: Json = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}, "B": {"Type": "Succeed"}}}
    assert _reached(lost) == {"A"}
    with pytest.raises(AssertionError, match="Outside is the target"):
        _reached({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Outside"}}})


@pytest.mark.parametrize("name", machine_files())
def test_a_states_name_is_used_once(name: str) -> None:
    """Step Functions wants that, over all that a machine holds."""
    names = [state_name for scope in scopes(name) for state_name in scope["States"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", machine_files())
def test_every_state_says_why_it_is_there_and_where_it_goes(name: str) -> None:
    assert machine(name)["QueryLanguage"] == "JSONata"
    assert machine(name)["Comment"]
    for state_name, state in all_states(name).items():
        assert state.get("Comment"), state_name
        assert state["Type"] in ENDS or state.get("End") or list(_targets(state)), state_name
        assert state["Type"] != "Choice" or "Default" in state, state_name


@pytest.mark.parametrize(("name", "state_name"), TASKS)
def test_every_task_has_retry_a_catch_for_everything_and_a_timeout(name: str, state_name: str) -> None:
    task = _state(name, state_name)
    # AwaitApproval's is the claim's: an answer has until the offer is of no use.
    assert isinstance(task["TimeoutSeconds"], str) or task["TimeoutSeconds"] > 0
    assert task["Retry"]
    assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize(("name", "state_name"), TASKS)
def test_a_task_never_gives_up_on_a_function_that_is_still_at_work(name: str, state_name: str) -> None:
    task = _state(name, state_name)
    function = invoked_function(task)
    if function and not isinstance(task["TimeoutSeconds"], str):
        assert task["TimeoutSeconds"] > _function_timeout_seconds(function)


def _function_timeout_seconds(function: str) -> int:
    from tests.arch.project import template

    properties = next(it.properties for it in written("Serverless::Function") if it.name == f"{function}Function")
    seconds: int = properties.get("Timeout", template()["Globals"]["Function"]["Timeout"])
    return seconds


@pytest.mark.parametrize(("name", "state_name"), TASKS)
def test_every_error_that_is_waited_for_can_come(name: str, state_name: str) -> None:
    task = _state(name, state_name)
    for handler in [*task["Retry"], *task["Catch"]]:
        for error in handler["ErrorEquals"]:
            assert error in errors.__all__ or error in STATES_ERRORS or SERVICE_ERROR.fullmatch(error), error


@pytest.mark.parametrize(("name", "state_name"), TASKS)
def test_what_is_refused_is_never_asked_again(name: str, state_name: str) -> None:
    retried = {error for handler in _state(name, state_name)["Retry"] for error in handler["ErrorEquals"]}
    assert not retried & {"RefusedError", "BerthError", "States.ALL"}


@pytest.mark.parametrize("name", machine_files())
def test_every_substitution_is_given_and_used(name: str) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", machine_text(name)))
    machines = written("Serverless::StateMachine")
    given = next(it.properties for it in machines if it.name == f"{pascal(name)}StateMachine")[
        "DefinitionSubstitutions"
    ]
    assert used == given.keys()


@pytest.mark.parametrize("name", machine_files())
def test_a_substitution_holds_what_its_name_says(name: str) -> None:
    machines = written("Serverless::StateMachine")
    given = next(it.properties for it in machines if it.name == f"{pascal(name)}StateMachine")[
        "DefinitionSubstitutions"
    ]
    for key, value in given.items():
        owner = key.removesuffix("Arn")
        assert value in ({"Fn::GetAtt": [owner, "Arn"]}, {"Ref": owner})


def _expressions(node: Any) -> Iterator[str]:
    for text in strings(node):
        if "{%" in text:
            assert text.startswith("{%"), f"half an expression: {text}"
            assert text.endswith("%}"), f"half an expression: {text}"
            yield text[2:-2].strip()


@pytest.mark.parametrize("name", machine_files())
def test_every_expression_parses_and_reads_neither_clock_nor_chance(name: str) -> None:
    expressions = list(_expressions(machine(name)))
    assert expressions
    for expression in expressions:
        Jsonata(expression)
        assert not set(re.findall(r"\$\w+", expression)) & BANNED_FUNCTIONS, expression


@pytest.mark.parametrize("name", machine_files())
def test_a_choice_compares_words_and_leaves_thresholds_to_python(name: str) -> None:
    for state in all_states(name).values():
        for condition in (_expression for choice in state.get("Choices", []) for _expression in _expressions(choice)):
            for question in condition.split(" and "):
                assert QUESTION.fullmatch(question), condition


@pytest.mark.parametrize("name", machine_files())
def test_every_variable_is_assigned_somewhere(name: str) -> None:
    for scope in scopes(name):
        # The items of a distributed Map see none of the variables outside, and what is inside is no business of theirs.
        outside = [{**state, "ItemProcessor": {}} for state in scope["States"].values()]
        assigned = {variable for state in outside for variable in _assigned(state)}
        for expression in _expressions(outside):
            without_words = re.sub(r"'[^']*'", "", expression)
            read = set(re.findall(r"\$(\w+)(?!\w*\()", without_words)) - {"states"}
            assert read <= assigned | set(re.findall(r"\$(\w+)\(", without_words)), expression


@pytest.mark.parametrize("name", machine_files())
def test_every_map_is_distributed_and_bears_failures(name: str) -> None:
    """Inline, the items would share the machine's variables and its history of 25,000 events."""
    for state in (it for it in all_states(name).values() if it["Type"] == "Map"):
        assert state["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
        assert state["ToleratedFailurePercentage"] == 100


def _assigned(state: Json) -> Iterator[str]:
    for node in [state, *state.get("Choices", []), *state.get("Catch", [])]:
        yield from node.get("Assign", {})
