"""What each rung of the ladder would do now: an action and the config that it needs, or why not."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from berth_core.decide.budget import hours_left, least_hours
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import closings, other_plans
from berth_core.decide.placing import NoPlace, look_at
from berth_core.decide.standing_on import variant_under
from berth_core.decisions import ConfigSpec
from berth_core.facts import Snapshot
from berth_core.manifest import OnDemand
from berth_core.naming import config_spec, on_demand_count, wanted_count

Taken = tuple[str, ConfigSpec | None]
"""An action, and the config that it needs."""


def types_tried(seen: Snapshot, intent: Intent) -> int:
    """How many of the on-demand instance types have failed in this run."""
    return len(on_demand_specs(seen)) - len(_untried(seen, intent))


def failed_since(seen: Snapshot) -> list[datetime]:
    """When each try of this way off began, newest first: all that failed since the last change that succeeded."""
    began: list[datetime] = []
    for attempt in seen.attempts:
        if attempt.done or attempt.ended_at < seen.deployment.registered_at:
            break
        if attempt.kind == "hand_over":
            began.append(attempt.started_at)
    return began


def on_demand_specs(seen: Snapshot) -> tuple[ConfigSpec, ...]:
    """A config for each instance type that the manifest allows on demand, in its order."""
    allowed = seen.deployment.manifest.end_of_window.on_demand
    if allowed is None:
        return ()
    running = seen.endpoint.instance_count if seen.endpoint else 0
    count = on_demand_count(seen.deployment, running)
    variant = variant_under(seen)
    return tuple(
        config_spec(seen.deployment, instance_type=each, count=count, plan_arn=None, variant=variant)
        for each in allowed.instance_types
    )


def _next_plan(seen: Snapshot, intent: Intent) -> Taken | str:
    """Another plan that could take a new deployment just as well: open, fitting, with room, and not closing too."""
    instance_type = seen.deployment.manifest.reservation.instance_type
    count = wanted_count(seen.deployment)
    noes: list[str] = []
    for name in other_plans(seen):
        found = look_at(seen, name, closings(seen))
        if isinstance(found, NoPlace):
            noes.append(found.reason)
            continue
        spec = config_spec(
            seen.deployment,
            instance_type=instance_type,
            count=count,
            plan_arn=found.plan.arn,
            variant=variant_under(seen),
        )
        if spec.name not in _failed(intent):
            return "update", spec
        noes.append(f"plan {name} was tried")
    return f"no other plan of the manifest is Active with room for {count} ({'; '.join(noes)})"


def _on_demand(seen: Snapshot, intent: Intent) -> Taken | str:
    allowed = seen.deployment.manifest.end_of_window.on_demand
    untried = _untried(seen, intent)
    for spec in untried:
        if allowed and _hours(seen, allowed, spec) > least_hours(seen, "on_demand"):
            return "update", spec
    return "its hours or its USD are used up" if untried else "no capacity for any of its instance types"


def _hours(seen: Snapshot, allowed: OnDemand, spec: ConfigSpec) -> Decimal:
    return hours_left(seen, allowed, spec.instance_type, spec.instance_count)


def _untried(seen: Snapshot, intent: Intent) -> list[ConfigSpec]:
    return [spec for spec in on_demand_specs(seen) if spec.name not in _failed(intent)]


def _scale_to_zero(seen: Snapshot, intent: Intent) -> Taken | str:
    """Without a reservation, which couldn't be woken once it is over, and of a type that may be paid for, if any."""
    if any(outcome.kind == "failed" and outcome.rung == "scale_to_zero" for outcome in intent.tried):
        return "parking failed"
    specs = on_demand_specs(seen)
    if specs:
        return "update", specs[0]
    instance_type = seen.deployment.manifest.reservation.instance_type
    count = wanted_count(seen.deployment)
    variant = variant_under(seen)
    return "update", config_spec(
        seen.deployment, instance_type=instance_type, count=count, plan_arn=None, variant=variant
    )


def _delete(_seen: Snapshot, intent: Intent) -> Taken | str:
    return ("delete", None) if "delete" not in _failed(intent) else "the deletion failed"


def _failed(intent: Intent) -> set[str]:
    return {outcome.target for outcome in intent.tried if outcome.kind == "failed"}


TAKE: dict[str, Callable[[Snapshot, Intent], Taken | str]] = {
    "next_plan": _next_plan,
    "on_demand": _on_demand,
    "scale_to_zero": _scale_to_zero,
    "delete": _delete,
}
"""Asked of rungs that are not `unavailable`. `extend` always is: it needs people, so it is begun days ahead
(spending.py)."""
