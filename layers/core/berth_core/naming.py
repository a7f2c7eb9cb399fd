"""Names that follow from content: the same wish has the same name, so that a retry meets its own work."""

import hashlib
import json
import re
from typing import Any

from berth_core.decisions import ConfigSpec
from berth_core.facts import Registration, Snapshot

VARIANT = "main"
STACK_TAG = "berth:stack"
DEPLOYMENT_TAG = "berth:deployment"


def short_hash(*parts: Any, digits: int = 8) -> str:
    """The first hex digits of a SHA-256 over the parts' JSON. Stable over processes and versions."""
    text = json.dumps(parts, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def decision_id(seen: Snapshot, kind: str, target: str) -> str:
    """The same decision, taken again before anything came of it, has the same id; a further try has another."""
    last = seen.attempts[0].started_at if seen.attempts else None
    return short_hash(seen.deployment.name, kind, target, seen.deployment.version, len(seen.attempts), last)


def config_spec(registration: Registration, *, instance_type: str, count: int, plan_arn: str | None) -> ConfigSpec:
    """The endpoint config that puts this deployment's model on `count` instances of a type, reserved or not."""
    model = wanted_model(registration)
    role = registration.manifest.execution_role_arn
    base = short_hash(model, instance_type, plan_arn, VARIANT, role)
    return ConfigSpec(
        name=f"{registration.name}-{base}-x{count}",
        model=model,
        instance_type=instance_type,
        instance_count=count,
        plan_arn=plan_arn,
        execution_role_arn=role,
    )


def wanted_model(registration: Registration) -> str:
    """The model asked for by hand since the manifest's last version, else the manifest's."""
    asked = registration.override.model if registration.override else None
    return asked or registration.manifest.model or ""


def wanted_count(registration: Registration) -> int:
    """The instance count asked for by hand since the manifest's last version, else the manifest's."""
    asked = registration.override.instance_count if registration.override else None
    return asked or registration.manifest.reservation.instance_count


def same_but_for_count(config_name: str, other: str) -> bool:
    """Whether two of our config names differ in the instance count alone."""
    return _base(config_name) == _base(other)


def is_config_of(deployment: str, config_name: str) -> bool:
    """Whether a config's name is one that we would give for this deployment. Tags have the last word."""
    return re.fullmatch(re.escape(deployment) + r"-[0-9a-f]{8}-x\d+", config_name) is not None


def tags_for(stack: str, registration: Registration) -> dict[str, str]:
    """The tags on everything we make: IAM lets us change only what carries them."""
    return {**registration.manifest.tags, STACK_TAG: stack, DEPLOYMENT_TAG: registration.name}


def _base(config_name: str) -> str:
    return re.sub(r"-x\d+$", "", config_name)
