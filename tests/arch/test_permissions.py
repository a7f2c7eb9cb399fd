"""Least privilege, in the template that CloudFormation gets."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.arch.project import Json, Resource, made, written

# Reviewed: every statement that allows something on all resources, and AWS's reason. A test below holds it against the
# list that AWS keeps of which action knows which resources.
ON_ALL_RESOURCES = {
    ("FunctionTracingPolicy", "NoResourceLevelTracing"): "X-Ray has no resource for a trace segment",
    (
        "MachineTelemetryPolicy",
        "NoResourceLevelTracing",
    ): "X-Ray has no resource for a trace segment or a sampling rule in use",
    (
        "MachineTelemetryPolicy",
        "NoResourceLevelLogDelivery",
    ): "vended log deliveries are set up for the account as a whole",
    ("WatchPlansRole", "NoResourceLevelList"): "a list is of the account",
    ("CleanConfigsRole", "NoResourceLevelList"): "a list is of the account",
    ("ObserveDeploymentRole", "NoResourceLevelList"): "a list is of the account",
    ("ApplyComponentsRole", "NoResourceLevelList"): "a list is of the account",
    ("ApplyScalingRole", "NoResourceLevelList"): "a list is of the account",
    ("ApplyDeletionRole", "NoResourceLevelList"): "a list is of the account",
    ("ObserveDeploymentRole", "NoResourceLevelScalingReads"): "Application Auto Scaling describes all or nothing",
    ("ApplyScalingRole", "NoResourceLevelScalingReads"): "Application Auto Scaling describes all or nothing",
    ("ApplyDeletionRole", "NoResourceLevelScalingReads"): "Application Auto Scaling describes all or nothing",
    ("ObservePurchaseRole", "NoResourceLevelList"): "a list and a search are of the account",
    ("ApplyPurchaseRole", "NoResourceLevelList"): "a list is of the account",
    ("ApplyPurchaseRole", "NoResourceLevelExtension"): "the request names an offering and no plan",
    ("ApplyStagingRole", "NoResourceLevelList"): "a list is of the account",
    ("CleanStagingRole", "NoResourceLevelList"): "a list is of the account",
    ("ObserveFleetRole", "NoResourceLevelList"): "a list is of the account",
    ("ApplyRepairRole", "NoResourceLevelList"): "a list is of the account",
    ("ApplyRepairRole", "NoResourceLevelScalingReads"): "Application Auto Scaling describes all or nothing",
    ("ApplyRepairRole", "NoResourceLevelTaskToken"): "the token itself is the permission",
    ("AwaitStagingRole", "NoResourceLevelTaskToken"): "the token itself is the permission",
    ("AnswerPipelineJobRole", "NoResourceLevelJob"): "a job is known by its id alone, which only its action gets",
    ("AnswerApprovalRole", "NoResourceLevelTaskToken"): "the token itself is the permission",
    ("ResumeWaitersRole", "NoResourceLevelTaskToken"): "the token itself is the permission",
    ("AwaitEndpointRole", "NoResourceLevelTaskToken"): "the token itself is the permission",
}
READS = ("Describe", "List", "Search")
CREATES = {"CreateEndpoint", "CreateEndpointConfig", "CreateInferenceComponent", "CreateTrainingPlan", "AddTags"}
# What can't be asked for a tag: a part of CreateTrainingPlan, and a request that names no resource.
WITHOUT_A_TAG = {"CreateReservedCapacity", "ExtendTrainingPlan"}
OURS = {"aws:ResourceTag/berth:stack": {"Ref": "AWS::StackName"}}
MARKED_AS_OURS = {"aws:RequestTag/berth:stack": {"Ref": "AWS::StackName"}}


@dataclass(frozen=True)
class Statement:
    owner: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[object, ...]
    condition: Json

    def __str__(self) -> str:
        return f"{self.owner}: {', '.join(self.actions)}"


def _statements(resource: Resource) -> Iterator[Statement]:
    documents = [policy["PolicyDocument"] for policy in resource.properties.get("Policies", [])]
    if "PolicyDocument" in resource.properties:
        documents.append(resource.properties["PolicyDocument"])
    if "KeyPolicy" in resource.properties:
        documents.append(resource.properties["KeyPolicy"])
    for document in documents:
        for statement in document["Statement"]:
            written_out = statement["Fn::If"][1] if "Fn::If" in statement else statement
            if written_out["Effect"] == "Allow":
                yield _statement(resource.name, written_out)


def _statement(owner: str, statement: Json) -> Statement:
    action, resource = statement["Action"], statement["Resource"]
    return Statement(
        owner=owner,
        sid=statement.get("Sid", ""),
        actions=tuple(action if isinstance(action, list) else [action]),
        resources=tuple(resource if isinstance(resource, list) else [resource]),
        condition=statement.get("Condition", {}),
    )


ALLOWED = [statement for resource in made() for statement in _statements(resource)]
IDENTITY_OWNERS = {resource.name for kind in ("IAM::Role", "IAM::ManagedPolicy") for resource in made(kind)}
GRANTED = [statement for statement in ALLOWED if statement.owner in IDENTITY_OWNERS]
SAGEMAKER_CHANGES = [
    (statement, action.removeprefix("sagemaker:"))
    for statement in GRANTED
    for action in statement.actions
    if action.startswith("sagemaker:") and not action.removeprefix("sagemaker:").startswith(READS)
]


@pytest.mark.parametrize("statement", ALLOWED, ids=str)
def test_no_action_is_a_wildcard(statement: Statement) -> None:
    assert not [action for action in statement.actions if "*" in action]


def test_all_resources_are_allowed_only_where_it_was_reviewed() -> None:
    assert {(it.owner, it.sid) for it in GRANTED if "*" in it.resources} == ON_ALL_RESOURCES.keys()


@pytest.mark.parametrize("statement", [it for it in GRANTED if "*" in it.resources], ids=str)
def test_aws_knows_no_narrower_resource_for_what_is_allowed_on_all(statement: Statement) -> None:
    assert statement.sid.startswith("NoResourceLevel")
    for action in statement.actions:
        assert _resource_types(action) == [], action


@pytest.mark.parametrize("statement", [it for it in GRANTED if "*" not in it.resources], ids=str)
def test_every_action_that_is_allowed_exists(statement: Statement) -> None:
    for action in statement.actions:
        _resource_types(action)


def _resource_types(action: str) -> list[str]:
    """From AWS's service authorisation reference, as cfn-lint ships it. KeyError if there is no such action."""
    service, _, name = action.partition(":")
    actions = {known.lower(): about for known, about in _authorisation_reference()[service]["Actions"].items()}
    types: list[str] = actions[name.lower()].get("Resources", [])
    return types


@cache
def _authorisation_reference() -> Json:
    package = find_spec("cfnlint")
    assert package
    assert package.submodule_search_locations
    path = Path(package.submodule_search_locations[0], "data", "AdditionalSpecs", "Policies.json")
    reference: Json = json.loads(path.read_bytes())
    return reference


@pytest.mark.parametrize(("statement", "action"), SAGEMAKER_CHANGES, ids=lambda it: str(it))
def test_only_what_is_tagged_as_ours_can_be_changed(statement: Statement, action: str) -> None:
    if action in WITHOUT_A_TAG:
        assert statement.owner == "ApplyPurchaseRole"
        return
    condition = statement.condition["StringEquals"]
    if action == "AddTags":
        assert condition.keys() == MARKED_AS_OURS.keys() | {"sagemaker:TaggingAction"}
        assert condition["sagemaker:TaggingAction"] in CREATES
    elif action in CREATES and not _uses_what_is_there(statement, action):
        assert condition == MARKED_AS_OURS
    else:
        assert condition == OURS


def _uses_what_is_there(statement: Statement, action: str) -> bool:
    """Two creations are allowed on two things: what they make, and the config or endpoint that is there already."""
    used = {"CreateEndpoint": "endpoint-config/", "CreateInferenceComponent": "endpoint/"}
    return action in used and f":{used[action]}" in json.dumps(statement.resources)


def test_a_role_is_passed_to_one_service_only() -> None:
    passing = [statement for statement in GRANTED if "iam:PassRole" in statement.actions]
    assert {statement.owner for statement in passing} == {
        "WatchPlansRole",
        "ApplyConfigRole",
        "AwaitApprovalRole",
        "AwaitReleaseApprovalRole",
    }
    for statement in passing:
        assert statement.actions == ("iam:PassRole",)
        assert statement.condition["StringEquals"].keys() == {"iam:PassedToService"}


def test_every_function_and_machine_has_a_role_of_its_own() -> None:
    roles = {it.name: it.properties["Role"]["Fn::GetAtt"][0] for it in made("Lambda::Function")}
    roles |= {it.name: it.properties["RoleArn"]["Fn::GetAtt"][0] for it in made("StateMachine")}
    assert {name: re.sub("(Function|StateMachine)$", "Role", name) for name in roles} == roles
    assert set(roles.values()) | {"ScheduleRole"} == {role.name for role in made("IAM::Role")}


@pytest.mark.parametrize("machine", written("Serverless::StateMachine"), ids=lambda resource: resource.name)
def test_a_machine_may_start_what_its_definition_names_and_no_more(machine: Resource) -> None:
    named = list(machine.properties["DefinitionSubstitutions"].values())
    role = machine.name.replace("StateMachine", "Role")
    startable = [
        it
        for it in GRANTED
        if it.owner == role and it.actions in (("lambda:InvokeFunction",), ("states:StartExecution",))
        if it.sid != "OwnMapRuns"
    ]
    allowed = [resource for statement in startable for resource in statement.resources]
    assert sorted(map(str, allowed)) == sorted(map(str, named))


@pytest.mark.parametrize("statement", GRANTED, ids=str)
def test_the_ledger_the_bus_and_the_bucket_are_named_where_they_are_used(statement: Statement) -> None:
    owners = {"dynamodb": "LedgerTable", "events:PutEvents": "EventBus", "s3": "ManifestBucket"}
    for action in statement.actions:
        owner = owners.get(action) or owners.get(action.split(":")[0])
        assert owner is None or owner in json.dumps(statement.resources)
