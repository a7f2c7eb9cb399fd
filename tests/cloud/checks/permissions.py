"""IAM: what the deployed roles may do, as AWS itself judges it. Nothing is asked for in their name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.cloud.calls import Call
from tests.cloud.checking import Answer, check
from tests.cloud.place import Place


@dataclass(frozen=True)
class Asked:
    """May this role do that? `resource` has no ARN's head, and is "*" where AWS knows none. `tag` is the stack's."""

    role: str
    action: str
    resource: str
    allowed: bool
    tag: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def context(self, stack: str) -> dict[str, str]:
        ours = {self.tag: stack} if self.tag else {}
        return {**ours, **self.more}

    def arn(self, place: Place) -> str:
        return "*" if self.resource == "*" else place.arn("sagemaker", self.resource)


REQUESTED = "aws:RequestTag/berth:stack"
STANDING = "aws:ResourceTag/berth:stack"
ENDPOINT, CONFIG, PLAN = "endpoint/any", "endpoint-config/any-00000000-x1", "training-plan/any"
CREATING = {"sagemaker:TaggingAction": "CreateEndpointConfig"}
ASKED = (
    Asked("ApplyConfigRole", "sagemaker:CreateEndpointConfig", CONFIG, True, REQUESTED),
    Asked("ApplyConfigRole", "sagemaker:CreateEndpointConfig", CONFIG, False),
    Asked("ApplyConfigRole", "sagemaker:AddTags", CONFIG, True, REQUESTED, CREATING),
    Asked("ApplyConfigRole", "sagemaker:AddTags", CONFIG, False, REQUESTED),
    Asked("ApplyConfigRole", "sagemaker:CreateTrainingPlan", PLAN, False, REQUESTED),
    Asked("ApplyDeletionRole", "sagemaker:DeleteEndpoint", ENDPOINT, True, STANDING),
    Asked("ApplyDeletionRole", "sagemaker:DeleteEndpoint", ENDPOINT, False),
    Asked("ApplyDeletionRole", "sagemaker:DeleteEndpoint", ENDPOINT, False, "", {STANDING: "another-stack"}),
    Asked("ApplyEndpointRole", "sagemaker:UpdateEndpoint", ENDPOINT, True, STANDING),
    Asked("ApplyEndpointRole", "sagemaker:UpdateEndpoint", ENDPOINT, False),
    Asked("ApplyPurchaseRole", "sagemaker:CreateTrainingPlan", PLAN, True, REQUESTED),
    Asked("ApplyPurchaseRole", "sagemaker:CreateTrainingPlan", PLAN, False),
    Asked("ApplyPurchaseRole", "sagemaker:ExtendTrainingPlan", "*", True),
    Asked("ObservePurchaseRole", "sagemaker:SearchTrainingPlanOfferings", "*", True),
    Asked("ObservePurchaseRole", "sagemaker:ExtendTrainingPlan", "*", False),
    Asked("DecideDeploymentRole", "sagemaker:DescribeEndpoint", ENDPOINT, False),
)


def _simulated(asked: Asked, place: Place) -> Call:
    context = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in asked.context(place.stack).items()
    ]
    given: dict[str, Any] = {
        "PolicySourceArn": place.role(asked.role),
        "ActionNames": [asked.action],
        "ResourceArns": [asked.arn(place)],
        "ContextEntries": context,
    }
    return Call("iam", "SimulatePrincipalPolicy", given)


@check(
    "the IAM condition keys of the newest calls",
    lambda place: [_simulated(asked, place) for asked in ASKED],
    unrehearsed="moto has no SimulatePrincipalPolicy: the rehearsal's own evaluator is what AWS is compared with",
)
def aws_judges_our_roles_as_the_rehearsal_does(_place: Place, answers: list[Answer]) -> None:
    assert [answer.text for answer in answers if answer.refused] == []
    judged = [answer.value["EvaluationResults"][0]["EvalDecision"] == "allowed" for answer in answers]
    wrong = [asked for asked, allowed in zip(ASKED, judged, strict=True) if asked.allowed is not allowed]
    assert wrong == []
