"""Where the deployed stack is, and what things in it are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.cloud.calls import PROBE, Call

UNKNOWN_ACCOUNT = "<account>"
NO_PLAN = "<a plan for endpoints>"


@dataclass(frozen=True)
class Place:
    """A stack. `resources` maps logical to physical ids; where nobody has looked, brackets stand around a name."""

    stack: str
    region: str
    account: str = UNKNOWN_ACCOUNT
    resources: dict[str, str] = field(default_factory=dict)
    plan: str = NO_PLAN

    def physical(self, logical_id: str) -> str:
        return self.resources.get(logical_id, f"<{logical_id}>")

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def role(self, logical_id: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{self.physical(logical_id)}"

    @property
    def nobody(self) -> str:
        """A name that nothing has."""
        return f"{PROBE}-nobody"


def finding(stack: str) -> list[Call]:
    """The calls by which a place is found."""
    return [
        Call("sts", "GetCallerIdentity"),
        Call("cloudformation", "ListStackResources", {"StackName": stack}),
        Call("sagemaker", "ListTrainingPlans", {"MaxResults": 100}),
    ]


def found(stack: str, region: str, ask: Callable[[Call], dict[str, Any]]) -> Place:
    """`ask` makes a call and gives its answer, which has to be a good one."""
    who, listing, plans = finding(stack)
    account = ask(who)["Account"]
    resources: dict[str, str] = {}
    page: dict[str, Any] = {"NextToken": ""}
    while "NextToken" in page:
        more = {"NextToken": page["NextToken"]} if page["NextToken"] else {}
        page = ask(Call(listing.service, listing.operation, listing.parameters | more))
        resources |= {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in page["StackResourceSummaries"]}
    return Place(stack, region, account, resources, _plan(ask(plans)["TrainingPlanSummaries"]))


def _plan(listed: list[dict[str, Any]]) -> str:
    """One that could be extended."""
    fitting = (each for each in listed if each["Status"] in ("Active", "Scheduled"))
    return next((each["TrainingPlanArn"] for each in fitting if "endpoint" in each.get("TargetResources", ())), NO_PLAN)
