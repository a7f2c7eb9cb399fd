"""The rehearsal says no where IAM would: a missing permission fails here, and not in somebody's account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.sns.models import sns_backends

from rehearsal.api_errors import REQUEST_ID
from rehearsal.iam.calls import permissions
from rehearsal.iam.needs import Account, Parameters
from rehearsal.iam.roles import statements_of_role
from rehearsal.iam.statements import Statement
from rehearsal.iam.verdicts import Asked, Verdict, judge

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud

# Services of the query and REST-XML protocols name the error without "Exception".
_SHORT_CODES = frozenset({"s3", "sns", "sqs", "cloudwatch", "iam"})

_Key = tuple[str, str, str, tuple[tuple[str, str | tuple[str, ...]], ...]]


@dataclass(frozen=True)
class Use:
    """A permission that a role needed, once for all the calls that needed it, and what the role may do at all."""

    role_arn: str
    asked: Asked
    verdict: Verdict
    statements: tuple[Statement, ...] = field(repr=False)

    @property
    def role(self) -> str:
        return self.role_arn.rpartition("/")[2]


class Guard:
    """Judges the calls of one cloud's roles. Verdicts are kept: the same role asks the same things all the time.

    A role's policies are read when it first calls, and again after IAM or CloudFormation were asked for a change.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        settings = cloud.settings
        self._account = Account(
            settings.account_id, settings.region, self._tags_of, cloud.scaling.target_arn, self._topic_key
        )
        self._statements: dict[str, tuple[Statement, ...] | None] = {}
        self._uses: dict[_Key, Use] = {}
        self._granted: set[tuple[str, str, str]] = set()
        """Role, operation and table: of calls on one table, which most are, permissions look at nothing else."""

    def forget(self) -> None:
        """Policies may have changed: a role's are read anew when it calls next, and its calls judged anew."""
        self._statements.clear()
        self._granted.clear()

    @property
    def uses(self) -> tuple[Use, ...]:
        """What was needed up to now, in the order of the first need."""
        return tuple(self._uses.values())

    def insist(self, role_arn: str, service: str, operation: str, parameters: Parameters) -> None:
        """ClientError as AWS raises it if the role may not make the call."""
        table = parameters.get("TableName") if service == "dynamodb" else None
        if table is not None and (role_arn, operation, table) in self._granted:
            return
        statements = self._statements_of(role_arn)
        if statements is None:
            return
        for asked in permissions(service, operation, parameters, self._account):
            use = self._use(role_arn, asked, statements)
            if not use.verdict.allowed:
                raise self._refusal(use, service, operation)
        if table is not None:
            self._granted.add((role_arn, operation, table))

    def _statements_of(self, role_arn: str) -> tuple[Statement, ...] | None:
        if role_arn not in self._statements:
            self._statements[role_arn] = statements_of_role(self._account.account_id, role_arn)
        return self._statements[role_arn]

    def _use(self, role_arn: str, asked: Asked, statements: tuple[Statement, ...]) -> Use:
        context = tuple(sorted(asked.context.items())) if asked.context else ()
        key = (role_arn, asked.action, asked.resource, context)
        use = self._uses.get(key)
        if use is None or (use.statements is not statements and use.statements != statements):
            use = self._uses[key] = Use(role_arn, asked, judge(asked, statements), statements)
        return use

    def _refusal(self, use: Use, service: str, operation: str) -> ClientError:
        self._cloud.timeline.record("denied", use.role, f"may not {use.asked}: {use.verdict.because}")
        user = f"arn:aws:sts::{self._account.account_id}:assumed-role/{use.role}/rehearsal"
        why = (
            "with an explicit deny"
            if use.verdict.because == "explicit deny"
            else "because no identity-based policy allows it"
        )
        code = "AccessDenied" if service in _SHORT_CODES else "AccessDeniedException"
        message = (
            f"User: {user} is not authorized to perform: {use.asked.action} on resource: {use.asked.resource} {why}"
        )
        about = {"HTTPStatusCode": 403, "RequestId": REQUEST_ID}
        answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": about}
        return ClientError(answer, operation)

    def _topic_key(self, topic_arn: str) -> str:
        topic = sns_backends[self._account.account_id][self._account.region].topics.get(topic_arn)
        name = topic.kms_master_key_id if topic else ""
        if not name or name.startswith("alias/"):
            return ""
        return name if name.startswith("arn:") else self._account.arn("kms", f"key/{name}")

    def _tags_of(self, arn: str) -> Mapping[str, str]:
        return self._cloud.sagemaker.tags.of(arn) or self._cloud.scaling.tags_of(arn)
