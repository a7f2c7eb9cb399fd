"""The stack itself, its ledger, and the answers of services that it asks now and then."""

from __future__ import annotations

from tests.arch.project import written
from tests.cloud.calls import PROBE, Call
from tests.cloud.checking import Answer, check
from tests.cloud.place import Place

A_JOB = "00000000-0000-4000-8000-000000000000"
FUNCTIONS = sorted(function.name for function in written("Serverless::Function"))
A_ROW = {"pk": {"S": f"{PROBE}#row"}, "sk": {"S": "1"}}


@check(
    "Ref of a Lambda permission is its logical id; Ref of a rule on a bus of one's own is its name", lambda _place: []
)
def refs_are_what_the_rehearsal_takes_them_for(place: Place, _answers: list[Answer]) -> None:
    """`place` holds what ListStackResources told."""
    assert place.physical("NotificationRule") in (f"{place.stack}-notify", f"{place.stack}|{place.stack}-notify")
    assert place.physical("RegisterManifestPermission") == "RegisterManifestPermission"


@check(
    "that the template deploys as it stands",
    lambda place: [
        Call("lambda", "GetFunctionConfiguration", {"FunctionName": place.physical(name)}) for name in FUNCTIONS
    ],
)
def every_function_is_deployed_as_it_is_rehearsed(_place: Place, answers: list[Answer]) -> None:
    for answer in answers:
        assert not answer.refused, answer
        assert answer.value["Runtime"] == "python3.13"
        assert answer.value["Architectures"] == ["arm64"]
        assert len(answer.value["Layers"]) in (3, 4)


def _conditional(place: Place) -> list[Call]:
    table = {"TableName": place.physical("LedgerTable")}
    new = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    ours = "one row of its own in the ledger, which nothing reads"
    return [
        Call("dynamodb", "PutItem", {**table, "Item": {**A_ROW, "by": {"S": "first"}}, **new}, ours),
        Call("dynamodb", "PutItem", {**table, "Item": {**A_ROW, "by": {"S": "second"}}, **new}, ours),
        Call("dynamodb", "GetItem", {**table, "Key": A_ROW, "ConsistentRead": True}),
        Call("dynamodb", "DeleteItem", {**table, "Key": A_ROW}, "deletes that row", undo=True),
    ]


@check("Items, conditions, queries and transactions are moto's", _conditional)
def of_two_claims_the_first_counts(_place: Place, answers: list[Answer]) -> None:
    first, second, seen, _deleted = answers
    assert not first.refused, first
    assert second.code == "ConditionalCheckFailedException"
    assert seen.value["Item"]["by"] == {"S": "first"}


def _pipelines(place: Place) -> list[Call]:
    approval = {
        "pipelineName": place.nobody,
        "stageName": "s",
        "actionName": "a",
        "token": A_JOB,
        "result": {"summary": "none", "status": "Rejected"},
    }
    return [
        Call("codepipeline", "PutJobSuccessResult", {"jobId": A_JOB}, "nothing: there is no such job"),
        Call("codepipeline", "PutApprovalResult", approval, "nothing: there is no such pipeline"),
    ]


@check("A job takes one answer; output variables and a token exclude each other", _pipelines)
def an_answer_that_nobody_waits_for_is_known_by_its_code(_place: Place, answers: list[Answer]) -> None:
    assert [answer.code for answer in answers] == ["JobNotFoundException", "PipelineNotFoundException"]


def _scaling(place: Place) -> list[Call]:
    target = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount"}
    name = f"inference-component/{place.nobody}"
    return [
        Call("application-autoscaling", "DescribeScalableTargets", {**target, "ResourceIds": [name]}),
        Call(
            "application-autoscaling",
            "DeregisterScalableTarget",
            {**target, "ResourceId": name},
            "nothing, for nothing has this name",
        ),
    ]


@check("A deregistered target takes its policies and their alarms along", _scaling)
def a_target_that_is_not_there_is_object_not_found(_place: Place, answers: list[Answer]) -> None:
    assert answers[0].value["ScalableTargets"] == []
    assert answers[1].code == "ObjectNotFoundException"
