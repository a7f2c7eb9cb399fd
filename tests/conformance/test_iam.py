"""The evaluator of policies, against the rules of the IAM user guide."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from rehearsal.iam import calls
from rehearsal.iam.calls import UnknownCallError, permissions
from rehearsal.iam.conditions import hold
from rehearsal.iam.needs import Account
from rehearsal.iam.statements import PolicyNotUnderstoodError, matches, statements_of
from rehearsal.iam.verdicts import Asked, judge

ENDPOINT = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/llama"
TAGS = {ENDPOINT: {"berth:stack": "berth"}}
ACCOUNT = Account("111122223333", "us-east-1", lambda arn: TAGS.get(arn, {}))


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


ALLOW_DELETE = {"Effect": "Allow", "Action": "sagemaker:DeleteEndpoint", "Resource": "arn:aws:sagemaker:*:*:endpoint/*"}
DENY_ALL = {"Effect": "Deny", "Action": ["sagemaker:*"], "Resource": ["*"]}


@pytest.mark.parametrize(
    ("statements", "allowed", "because"),
    [
        ((), False, "no statement allows it"),
        ((ALLOW_DELETE,), True, "allowed"),
        ((ALLOW_DELETE, DENY_ALL), False, "explicit deny"),
        (({**ALLOW_DELETE, "Action": "SAGEMAKER:deleteendpoint"},), True, "allowed"),
        (({**ALLOW_DELETE, "Resource": ENDPOINT.upper()},), False, "no statement allows it"),
        (({**ALLOW_DELETE, "Condition": {"StringEquals": {"aws:resourcetag/berth:stack": "berth"}}},), True, "allowed"),
        (
            ({**ALLOW_DELETE, "Condition": {"StringEquals": {"aws:ResourceTag/berth:stack": "other"}}},),
            False,
            "no statement allows it",
        ),
    ],
)
def test_a_deny_wins_then_an_allow_and_silence_forbids(
    statements: tuple[Any, ...], allowed: bool, because: str
) -> None:
    asked = Asked("sagemaker:DeleteEndpoint", ENDPOINT, {"aws:ResourceTag/berth:stack": "berth"})
    verdict = judge(asked, statements_of(_document(*statements)))
    assert (verdict.allowed, verdict.because) == (allowed, because)


@pytest.mark.parametrize(
    ("pattern", "value", "matched"),
    [
        ("*", "anything", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("endpoint/llama.*", "endpoint/llama-x", False),
        ("deployments/*", "deployments/a/b.yaml", True),
    ],
)
def test_wildcards(pattern: str, value: str, matched: bool) -> None:
    assert matches(pattern, value) is matched


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "held"),
    [
        ("StringEquals", ("a", "b"), "b", True),
        ("StringEquals", ("a",), None, False),
        ("StringEqualsIfExists", ("a",), None, True),
        ("StringEqualsIfExists", ("a",), "b", False),
        ("StringNotEquals", ("a",), None, True),
        ("StringNotEquals", ("a",), "a", False),
        ("StringLike", ("dep*",), "deployments/", True),
        ("ArnLike", ("arn:aws:s3:::*",), "arn:aws:s3:::bucket", True),
        ("Bool", ("false",), "FALSE", True),
        ("Null", ("true",), None, True),
        ("Null", ("true",), "a", False),
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a",), ("a", "b"), False),
        ("ForAllValues:StringEquals", ("a",), None, True),
        ("ForAnyValue:StringEquals", ("a",), ("a", "b"), True),
        ("ForAnyValue:StringEquals", ("a",), None, False),
    ],
)
def test_conditions(operator: str, wanted: tuple[str, ...], found: Any, held: bool) -> None:
    context = {} if found is None else {"aws:Key": found}
    assert hold({operator: {"aws:key": wanted}}, context) is held


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
        {"Effect": "Maybe", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Conditions": {}},
    ],
)
def test_what_is_not_understood_is_no_guess(statement: dict[str, Any]) -> None:
    with pytest.raises(PolicyNotUnderstoodError):
        statements_of(_document(statement))


def test_an_unknown_operator_is_no_guess() -> None:
    with pytest.raises(PolicyNotUnderstoodError, match="DateLessThan"):
        hold({"DateLessThan": {"aws:CurrentTime": ("2026-01-01",)}}, {})


def _needs(service: str, operation: str, **parameters: Any) -> list[str]:
    return [str(each) for each in permissions(service, operation, parameters, ACCOUNT)]


def test_an_update_needs_the_endpoint_and_its_new_config() -> None:
    assert _needs("sagemaker", "UpdateEndpoint", EndpointName="Llama", EndpointConfigName="c1") == [
        f"sagemaker:UpdateEndpoint on {ENDPOINT} (aws:ResourceTag/berth:stack=berth)",
        "sagemaker:UpdateEndpoint on arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/c1",
    ]


def test_making_a_config_needs_to_tag_it_and_to_pass_its_role() -> None:
    needs = _needs(
        "sagemaker",
        "CreateEndpointConfig",
        EndpointConfigName="c1",
        ExecutionRoleArn="arn:aws:iam::111122223333:role/inference",
        Tags=[{"Key": "berth:stack", "Value": "berth"}],
    )
    assert [each.split(" on ")[0] for each in needs] == [
        "sagemaker:CreateEndpointConfig",
        "sagemaker:AddTags",
        "iam:PassRole",
    ]
    assert "iam:PassedToService=sagemaker.amazonaws.com" in needs[2]
    assert "sagemaker:TaggingAction=CreateEndpointConfig" in needs[1]


def test_a_version_of_an_object_is_another_permission() -> None:
    assert _needs("s3", "GetObject", Bucket="b", Key="k", VersionId="1") == ["s3:GetObjectVersion on arn:aws:s3:::b/k"]


def test_a_call_that_nobody_wrote_down_is_an_error() -> None:
    with pytest.raises(UnknownCallError, match=r"sagemaker\.CreateTrainingJob"):
        permissions("sagemaker", "CreateTrainingJob", {}, ACCOUNT)


ON_ALL = [
    action
    for service, table in calls._TABLES.items()
    for operation, needs in table.items()
    if needs.__qualname__.startswith("on_all.")
    for action in [each.action for each in needs({}, ACCOUNT)]
]


def _reference() -> Any:
    package = find_spec("cfnlint")
    assert package
    assert package.submodule_search_locations
    path = Path(package.submodule_search_locations[0], "data", "AdditionalSpecs", "Policies.json")
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("action", ON_ALL)
def test_all_resources_are_asked_for_only_where_aws_knows_no_other(action: str) -> None:
    service, _, name = action.partition(":")
    assert set(_reference()[service]["Actions"][name.lower()].get("Resources", [])) <= {"dataset"}
