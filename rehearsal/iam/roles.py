"""The statements of a role: its inline policies and the managed ones attached to it, as moto keeps them."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import iam_backends

from rehearsal.iam.statements import Statement, statements_of


def statements_of_role(account_id: str, role_arn: str) -> tuple[Statement, ...] | None:
    """All that the role may do. None for a role that nobody made: many a test names one, and AWS takes none such."""
    role = _role(account_id, role_arn)
    if role is None:
        return None
    documents = [*role.policies.values(), *(_in_force(policy) for policy in role.managed_policies.values())]
    return tuple(statement for document in documents for statement in statements_of(_parsed(document)))


def _role(account_id: str, role_arn: str) -> Any:
    roles = iam_backends[account_id]["aws"].get_roles()
    return next((role for role in roles if role.arn == role_arn), None)


def _parsed(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _in_force(policy: Any) -> Any:
    return next(version.document for version in policy.versions if version.version_id == policy.default_version_id)
