"""What a definition may not say: refused when the machine is made, with the field's place, and never passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal import asl_rules
from tests.arch.project import machine, machine_files
from tests.conformance.machines import ROLE, Machines, ending, task

GO = task("lambda:invoke", {"FunctionName": "any", "Payload": {}})
ALL = ["States.ALL"]
ITEMS = {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **ITEMS}
EXPRESS = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **ITEMS}
REFUSED: list[tuple[dict[str, Any], str]] = [
    (GO | {"TimeoutSecond": 5}, "/States/X/TimeoutSecond: no such field here"),
    (GO | {"Parameters": {}}, "/States/X/Parameters: no such field here"),
    (GO | {"ResultPath": "$.a"}, "/States/X/ResultPath: no such field here"),
    (GO | {"Credentials": {"RoleArn": "r"}}, "/States/X/Credentials: the rehearsal has no Credentials"),
    (GO | {"Next": "X"}, "/States/X: it needs either Next or End"),
    (ending("Pass", Result=1), "/States/X/Result: no such field here"),
    ({"Type": "Pass"}, "/States/X: it needs either Next or End"),
    ({"Type": "Pass", "Next": "Y"}, "/States/X/Next: no state 'Y'"),
    ({"Type": "Sleep"}, "/States/X/Type: no such type: 'Sleep'"),
    ({"Type": "Fail", "Output": 1}, "/States/X/Output: no such field here"),
    ({"Type": "Succeed", "End": True}, "/States/X/End: no such field here"),
    ({"Type": "Choice", "Choices": [{"Condition": True, "Next": "Y"}]}, "/States/X/Choices[0]/Next: no state 'Y'"),
    (
        {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "X"}]},
        "/States/X/Choices[0]/Variable: no such field here",
    ),
    (GO | {"Retry": [{"ErrorEquals": []}]}, "/States/X/Retry[0]/ErrorEquals: no errors"),
    (GO | {"Retry": [{"ErrorEquals": [*ALL, "A"]}]}, "States.ALL stands alone, and comes last"),
    (
        GO | {"Catch": [{"ErrorEquals": ALL, "Next": "X"}, {"ErrorEquals": ["A"], "Next": "X"}]},
        "/States/X/Catch[0]/ErrorEquals: States.ALL stands alone, and comes last",
    ),
    (GO | {"Retry": [{"ErrorEquals": ALL, "MaxRetries": 1}]}, "/States/X/Retry[0]/MaxRetries: no such field here"),
    (GO | {"Retry": [{"ErrorEquals": ALL, "IntervalSeconds": 0}]}, "/IntervalSeconds: 0 is not between 1 and 1e+08"),
    (GO | {"Retry": [{"ErrorEquals": ALL, "BackoffRate": 0.5}]}, "/BackoffRate: 0.5 is not between 1 and 1e+09"),
    (GO | {"Retry": [{"ErrorEquals": ALL, "JitterStrategy": "SOME"}]}, "/JitterStrategy: FULL or NONE"),
    (GO | {"Catch": [{"ErrorEquals": ALL, "Next": "Y"}]}, "/States/X/Catch[0]/Next: no state 'Y'"),
    (
        ending("Map", ItemProcessor=DISTRIBUTED, ItemBatcher={"MaxItemsPerBatch": 2}),
        "/ItemBatcher: the rehearsal has no ItemBatcher",
    ),
    (ending("Map", ItemProcessor=DISTRIBUTED, ItemReader={}), "/ItemReader: the rehearsal has no ItemReader"),
    (ending("Map", ItemProcessor=DISTRIBUTED, ResultWriter={}), "/ResultWriter: the rehearsal has no ResultWriter"),
    (ending("Map", ItemProcessor=EXPRESS), "/ExecutionType: the rehearsal has no EXPRESS executions"),
    (ending("Map", ItemProcessor=ITEMS, ToleratedFailureCount=1), "/ToleratedFailureCount: of a distributed Map only"),
    (ending("Map", ItemProcessor=ITEMS, ItemsPath="$.a"), "/ItemsPath: no such field here"),
    (ending("Map"), "/States/X/ItemProcessor: no items' steps"),
    (ending("Map", ItemProcessor={"StartAt": "T", **{"States": ITEMS["States"]}}), "/ItemProcessor/StartAt: no state"),
    (ending("Parallel", Branches=[ITEMS, ITEMS]), "the state name 'S' is used twice"),
    (ending("Pass") | {"QueryLanguage": "JSONPath", "Output": 1}, "/States/X/Output: no such field here"),
    (task("http:invoke", {}), "Invalid State Machine Definition"),
    (ending("Wait", Seconds=-1), "Invalid State Machine Definition"),
]


@pytest.mark.parametrize(("state", "complaint"), REFUSED, ids=[complaint for _, complaint in REFUSED])
def test_what_nobody_would_do_is_refused(machines: Machines, state: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ClientError) as refused:
        machines.make({"X": state})
    assert refused.value.response["Error"]["Code"] == "InvalidDefinition"
    assert complaint in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        ("{", "INVALID_JSON_DESCRIPTION"),
        ('{"StartAt": "X"}', "/States: no states"),
        ('{"StartAt": "Y", "States": {"X": {"Type": "Succeed"}}}', "/StartAt: no state 'Y'"),
        ('{"StartAt": "X", "Timeout": 5, "States": {"X": {"Type": "Succeed"}}}', "/Timeout: no such field here"),
        (json.dumps({"StartAt": "X" * 81, "States": {"X" * 81: {"Type": "Succeed"}}}), "at most 80 characters"),
    ],
)
def test_so_is_a_machine_that_is_none(machines: Machines, definition: str, complaint: str) -> None:
    with pytest.raises(ClientError, match="InvalidDefinition") as refused:
        machines.client.create_state_machine(name="m", definition=definition, roleArn=ROLE)
    assert complaint in str(refused.value)


def test_a_refused_definition_leaves_nothing_behind(machines: Machines) -> None:
    with pytest.raises(ClientError, match="InvalidDefinition"):
        machines.make({"X": task("http:invoke", {})})
    states = {"Y": ending("Pass", Parameters={"a.$": "$.a"})}
    assert machines.run(states, {"a": 1}, QueryLanguage="JSONPath").output == {"a": 1}


def test_an_update_is_looked_at_as_well(machines: Machines) -> None:
    arn = machines.make({"X": {"Type": "Succeed"}})
    with pytest.raises(ClientError, match="/States/X/End: no such field here"):
        machines.client.update_state_machine(
            stateMachineArn=arn,
            definition=json.dumps({"StartAt": "X", "States": {"X": {"Type": "Succeed", "End": True}}}),
        )


def test_an_express_machine_is_refused_as_not_rehearsed(machines: Machines) -> None:
    definition = json.dumps({"StartAt": "X", "States": {"X": {"Type": "Succeed"}}})
    with pytest.raises(NotImplementedError, match="EXPRESS"):
        machines.client.create_state_machine(name="m", definition=definition, roleArn=ROLE, type="EXPRESS")


@pytest.mark.parametrize("name", machine_files())
def test_our_own_machines_say_nothing_that_is_not_done(name: str) -> None:
    assert asl_rules.problems(machine(name)) == []
