"""Every call that changes SageMaker, with what stood there just before: seen where the twin answers it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import FrameType
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from rehearsal import call_counts
from rehearsal.cloud import Cloud
from rehearsal.lambdas import invoke
from rehearsal.sagemaker import narration
from rehearsal.sagemaker.arns import kind_and_name
from rehearsal.sagemaker.refusals import ApiError
from rehearsal.sagemaker.twin import Operation


@dataclass(frozen=True)
class SeenCall:
    """One call. `by` is berth or person; `holder` the execution in whose name a function made it, and `deployment` the
    one that the function was asked about, if it has them.

    Of the moment before the call: the `tags` of what it is about (those that it gives, for a creation), the `status` of
    the endpoint, the configs `in_use` by any endpoint, and who had the lease on the deployment of this name. Calls with
    the same `invocation` were made by one run of a function.
    """

    at: datetime
    operation: str
    subject: str
    by: str
    request: dict[str, Any]
    refused: str | None = None
    holder: str | None = None
    deployment: str | None = None
    lease_holder: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    status: str | None = None
    in_use: frozenset[str] = frozenset()
    invocation: str | None = None

    @property
    def name(self) -> str:
        return self.subject.partition("/")[2]


class Recorder:
    """Stands before the operations of one cloud's SageMaker that change something."""

    def __init__(self, cloud: Cloud, table: str) -> None:
        self.calls: list[SeenCall] = []
        self._cloud = cloud
        self._table = table
        operations = cloud.sagemaker.operations
        for name in [each for each in operations if narration.mutates(each)]:
            operations[name] = self._recorded(name, operations[name])

    def _recorded(self, operation: str, answer: Operation) -> Operation:
        def call(request: dict[str, Any]) -> dict[str, Any]:
            before = self._before(operation, request)
            try:
                answered = answer(request)
            except ApiError as refused:
                self.calls.append(SeenCall(**before, refused=str(refused)))
                raise
            self.calls.append(SeenCall(**before))
            return answered

        return call

    def _before(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        twin = self._cloud.sagemaker
        subject = narration.subject_of(request)
        name = subject.partition("/")[2]
        invocation, asked = _asked_of_the_handler()
        endpoint = next((each for each in twin.endpoints.all() if each.name == name), None)
        return {
            "at": self._cloud.now,
            "operation": operation,
            "subject": subject,
            "by": "berth" if call_counts.made_by_service() else "person",
            "request": request,
            "holder": asked.get("holder"),
            "deployment": asked.get("deployment"),
            "lease_holder": self._lease_holder(asked.get("deployment") or name),
            "tags": tuple(sorted(self._tags(request, subject).items())),
            "status": endpoint.status if endpoint else None,
            "in_use": frozenset(_configs_in_use(self._cloud)),
            "invocation": invocation,
        }

    def _tags(self, request: dict[str, Any], subject: str) -> dict[str, str]:
        if "Tags" in request and "ResourceArn" not in request:
            return {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        tags = self._cloud.sagemaker.tags
        known = [arn for arn in tags._tags if "/".join(kind_and_name(arn)) == subject]
        return tags.of(known[0]) if known else {}

    def _lease_holder(self, deployment: str) -> str | None:
        """Read past the API, which faults strike and which counts."""
        settings = self._cloud.settings
        backend = dynamodb_backends[settings.account_id][settings.region]
        row = backend.get_item(self._table, {"pk": {"S": f"deployment#{deployment}"}, "sk": {"S": "lease"}})
        return None if row is None else str(row.to_json()["Attributes"]["holder"]["S"])


def _configs_in_use(cloud: Cloud) -> list[str]:
    endpoints = cloud.sagemaker.endpoints.all()
    pending = [each.change.target.config for each in endpoints if each.change and each.status != "Deleting"]
    return [*(each.config for each in endpoints if each.status != "Deleting"), *pending]


def _asked_of_the_handler() -> tuple[str | None, dict[str, Any]]:
    """Which invocation makes this call, and what it was invoked with; None and empty if no function does."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code is _ANSWER.__code__:
            event = frame.f_locals["event"]
            return frame.f_locals["context"].aws_request_id, event if isinstance(event, dict) else {}
        frame = frame.f_back
    return None, {}


_ANSWER: Callable[..., Any] = invoke._answer
