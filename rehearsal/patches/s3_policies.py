"""Who may do what with a bucket. moto ignores conditions, so that "no plain HTTP" would deny everybody."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from rehearsal.patching import replace


def apply() -> None:
    replace(FakeBucket, "get_permission", _get_permission, expected="b3db6065ceb3")


def _get_permission(self: Any, action: str, resource: str) -> Any:
    """Only a plain Deny counts: permissions are not what is rehearsed, and its own clients don't even sign."""
    policy = json.loads(self.policy) if self.policy else {"Statement": []}
    policy["Statement"] = [each for each in policy["Statement"] if "Condition" not in each]
    denied = IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource) == PermissionResult.DENIED
    return PermissionResult.DENIED if denied else PermissionResult.PERMITTED
