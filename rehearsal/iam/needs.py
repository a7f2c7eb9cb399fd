"""What calls need, in the parts that all services share: who asks, where, and with which tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rehearsal.iam.conditions import Context
from rehearsal.iam.verdicts import Asked

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Account:
    """Where the call is made.

    `tags` gives the tags of an ARN, none if there is no such thing; `scalable_target` the ARN that Application Auto
    Scaling made up for a resource id, empty if that one isn't registered; `topic_key` the ARN of the KMS key of the
    account's own that encrypts a topic, empty if none does.
    """

    account_id: str
    region: str
    tags: Callable[[str], Mapping[str, str]]
    scalable_target: Callable[[str], str] = lambda resource_id: ""
    topic_key: Callable[[str], str] = lambda topic_arn: ""

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{rest}"

    def tagged(self, action: str, arn: str, more: Context | None = None) -> Asked:
        """On a resource that is there, with its tags in the context."""
        return Asked(action, arn, {**tag_keys("aws:ResourceTag", self.tags(arn)), **(more or {})})


Needs = Callable[[Parameters, Account], Iterator[Asked]]


@lru_cache(maxsize=1024)
def plainly(action: str, resource: str) -> Asked:
    """Without a context. The same is asked again and again."""
    return Asked(action, resource)


def tag_keys(prefix: str, tags: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    return {f"{prefix}/{key}": value for key, value in tags.items()}


def requested(parameters: Parameters) -> dict[str, str | tuple[str, ...]]:
    """Tags in the request itself."""
    tags = {tag["Key"]: tag["Value"] for tag in parameters.get("Tags") or ()}
    return {**tag_keys("aws:RequestTag", tags), **({"aws:TagKeys": tuple(tags)} if tags else {})}


def on_all(action: str) -> Needs:
    """AWS knows no narrower resource for it."""

    def needs(_parameters: Parameters, _account: Account) -> Iterator[Asked]:
        yield plainly(action, "*")

    return needs


def passed(role_arn: str | None, service: str) -> Iterator[Asked]:
    if role_arn:
        yield Asked("iam:PassRole", role_arn, {"iam:PassedToService": f"{service}.amazonaws.com"})
