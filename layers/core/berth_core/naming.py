"""Names that follow from content: the same wish has the same name, so that a retry meets its own work."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from berth_core.decisions import ConfigSpec
from berth_core.facts import Registration, Snapshot

VARIANT = "main"
STACK_TAG = "berth:stack"
DEPLOYMENT_TAG = "berth:deployment"
HOLD_TAG = "berth:hold"


def short_hash(*parts: Any, digits: int = 8) -> str:
    """The first hex digits of a SHA-256 over the parts' JSON. Stable over processes and versions."""
    text = json.dumps(parts, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def decision_id(seen: Snapshot, kind: str, target: str) -> str:
    """The same decision, taken again before anything came of it, has the same id; a further try has another."""
    last = seen.attempts[0].started_at if seen.attempts else None
    return short_hash(seen.deployment.name, kind, target, seen.deployment.version, len(seen.attempts), last)


def config_spec(
    registration: Registration, *, instance_type: str, count: int, plan_arn: str | None, variant: str = VARIANT
) -> ConfigSpec:
    """The endpoint config that puts this deployment on `count` instances of a type, reserved or not.

    With inference components there is no model on it, and SageMaker keeps at most `count` instances.
    """
    model = wanted_model(registration)
    role = registration.manifest.execution_role_arn
    base = short_hash(model, instance_type, plan_arn, variant, role)
    return ConfigSpec(
        name=f"{registration.name}-{base}-x{count}",
        model=model,
        instance_type=instance_type,
        instance_count=count,
        plan_arn=plan_arn,
        execution_role_arn=role,
        variant=variant,
        serves="components" if model is None else "model",
    )


def wanted_model(registration: Registration) -> str | None:
    """The model asked for by hand since the manifest's last version, else the manifest's. None: it has components."""
    if registration.manifest.components:
        return None
    asked = registration.override.model if registration.override else None
    return asked or registration.manifest.model


def wanted_count(registration: Registration) -> int:
    """The instance count asked for by hand since the manifest's last version, else the manifest's."""
    asked = registration.override.instance_count if registration.override else None
    return asked or registration.manifest.reservation.instance_count


def on_demand_count(registration: Registration, running: int) -> int:
    """How many instances off the reservation: as many as run, since more may be wanted, and refused, on it.

    Of an endpoint for components it is the most that there may be: what runs comes and goes with the copies.
    """
    allowed = registration.manifest.end_of_window.on_demand
    asked = allowed.instance_count if allowed else None
    return asked or (0 if registration.manifest.components else running) or wanted_count(registration)


def same_but_for_count(config_name: str, other: str) -> bool:
    """Whether two of our config names differ in the instance count alone."""
    return _base(config_name) == _base(other)


def is_config_of(deployment: str, config_name: str) -> bool:
    """Whether a config's name is one that we would give for this deployment. Tags have the last word."""
    return re.fullmatch(re.escape(deployment) + r"-[0-9a-f]{8}-x\d+", config_name) is not None


def alarm_name(stack: str, kind: str, deployment: str, component: str) -> str:
    """Names of deployments and components have no dot, and the stack's own alarms have a dash where this has one."""
    return f"{stack}.{kind}.{deployment}.{component}"


def staging_of(deployment: str) -> str:
    """Under what the lease on a deployment's staging is kept: no deployment's name has a slash."""
    return f"{deployment}/staging"


def deployment_of_alarm(name: str) -> str | None:
    """The deployment whose component one of our alarms is on; None for any other alarm."""
    parts = name.split(".")
    return parts[2] if len(parts) == 4 and parts[1] in ("idle", "wake") else None


def is_ours(tags: Mapping[str, str], stack: str, deployment: str) -> bool:
    """Whether a resource with these tags is this stack's, for this deployment: both tags have to say so."""
    return tags.get(STACK_TAG) == stack and tags.get(DEPLOYMENT_TAG) == deployment


def tags_for(stack: str, registration: Registration) -> dict[str, str]:
    """The tags on everything we make: IAM lets us change only what carries them."""
    return {**registration.manifest.tags, STACK_TAG: stack, DEPLOYMENT_TAG: registration.name}


def _base(config_name: str) -> str:
    return re.sub(r"-x\d+$", "", config_name)
