"""One idea, one word: function folder, logical id, physical name, state."""

import re

import pytest

from tests.arch.project import (
    Json,
    Resource,
    all_states,
    function_folders,
    invoked_function,
    machine_files,
    pascal,
    written,
)

FUNCTIONS = {resource.name: resource for resource in written("Serverless::Function")}
MACHINES = {resource.name: resource for resource in written("Serverless::StateMachine")}
# A state that invokes a function for something else than its name says.
OTHER_WORDS = {"ReleaseLease": "RecordOutcome"}
VERBS = {
    "answer",
    "start",
    "register",
    "watch",
    "wake",
    "resume",
    "observe",
    "decide",
    "claim",
    "take",
    "apply",
    "await",
    "invoke",
    "clean",
    "record",
    "send",
}


def test_every_function_folder_is_deployed_and_every_function_has_a_folder() -> None:
    assert {f"{pascal(folder)}Function" for folder in function_folders()} == FUNCTIONS.keys()


def test_every_machine_file_is_deployed_and_every_machine_has_a_file() -> None:
    assert {f"{pascal(name)}StateMachine" for name in machine_files()} == MACHINES.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_folder_logical_id_and_physical_name_are_one_word(name: str) -> None:
    properties = FUNCTIONS[name].properties
    folder = re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower()
    assert properties["CodeUri"] == f"functions/{folder}"
    assert properties["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{folder.replace('_', '-')}"}
    assert folder.split("_")[0] in VERBS


@pytest.mark.parametrize("name", machine_files())
def test_a_machines_file_logical_id_and_physical_name_are_one_word(name: str) -> None:
    properties = MACHINES[f"{pascal(name)}StateMachine"].properties
    assert properties["DefinitionUri"] == f"statemachines/{name}.asl.yaml"
    assert properties["Name"] == {"Fn::Sub": f"${{AWS::StackName}}-{name.replace('_', '-')}"}


@pytest.mark.parametrize("name", machine_files())
def test_a_state_is_named_after_the_function_it_invokes(name: str) -> None:
    invoked: dict[str, list[str]] = {}
    for state_name, state in all_states(name).items():
        if function := invoked_function(state):
            invoked.setdefault(function, []).append(OTHER_WORDS.get(state_name, state_name))
    for function, state_names in invoked.items():
        verb = re.findall("[A-Z][a-z]+", function)[0]
        assert all(state_name.startswith(verb) for state_name in state_names), state_names


def test_functions_that_decide_can_reach_nothing() -> None:
    deciding = [function for name, function in FUNCTIONS.items() if name.startswith("Decide")]
    assert deciding
    for function in deciding:
        assert "Layers" not in function.properties
        assert "Environment" not in function.properties
        assert _actions(function) == {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_all_other_functions_have_the_aws_layer() -> None:
    others = [function for name, function in FUNCTIONS.items() if not name.startswith("Decide")]
    assert all(function.properties["Layers"] == [{"Ref": "AwsLayer"}] for function in others)


def _actions(function: Resource) -> set[str]:
    role = next(it for it in written("IAM::Role") if it.name == f"{function.name.removesuffix('Function')}Role")
    statements: list[Json] = [
        statement for policy in role.properties["Policies"] for statement in policy["PolicyDocument"]["Statement"]
    ]
    return {action for statement in statements for action in statement["Action"]}
