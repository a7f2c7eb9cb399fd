"""Another model, or another size, on the capacity that the endpoint has."""

from berth_core.decide.forbidding import LOOK_AGAIN
from berth_core.decide.intent import Intent
from berth_core.decide.leaving import plan_under
from berth_core.decide.rollout import DoesNotFit, Fits, choose_rollout
from berth_core.decisions import ConfigSpec, Hold, Refuse, Resize, Rotate
from berth_core.facts import EndpointSeen, PlanSeen, Snapshot
from berth_core.naming import config_spec, decision_id, is_config_of, same_but_for_count, wanted_count

MIXED = "UpdateRollbackFailed"
"""The endpoint serves a mix of two configs; AWS's way out is UpdateEndpoint with the wanted one (aws-facts 2.4)."""


def rotate(seen: Snapshot, _intent: Intent) -> Rotate | Resize | Refuse | Hold | None:
    """None if the endpoint already is as wanted. What doesn't fit is refused with the numbers, before any call."""
    endpoint = seen.endpoint
    if endpoint is None or endpoint.status not in ("InService", MIXED):
        status = f": it is {endpoint.status}" if endpoint else ""
        return Hold(code="NoEndpoint", reason=f"there is no endpoint in service to rotate{status}")
    spec = _wanted(seen, endpoint)
    if spec is None:
        return None
    plan = plan_under(seen)
    same = same_but_for_count(endpoint.config_name, spec.name) and endpoint.status != MIXED
    if same and endpoint.instance_count == spec.instance_count:
        return None
    impossible = _impossible(seen, plan, spec)
    if impossible is not None:
        return impossible
    if same:
        return _resize(seen, endpoint, plan, spec)
    return _drifted(seen, endpoint) or _rotate(seen, endpoint, plan, spec)


def _wanted(seen: Snapshot, endpoint: EndpointSeen) -> ConfigSpec | None:
    """The same placement as now with the wanted model and count. None if what runs can't be told."""
    manifest = seen.deployment.manifest
    count = wanted_count(seen.deployment)
    if endpoint.plan_arn is not None:
        wanted_type = manifest.reservation.instance_type
        return config_spec(seen.deployment, instance_type=wanted_type, count=count, plan_arn=endpoint.plan_arn)
    live_type = endpoint.config.instance_type if endpoint.config else None
    if live_type is None:
        return None
    allowed = manifest.end_of_window.on_demand
    on_demand_count = (allowed.instance_count if allowed else None) or endpoint.instance_count
    return config_spec(seen.deployment, instance_type=live_type, count=on_demand_count, plan_arn=None)


def _impossible(seen: Snapshot, plan: PlanSeen | None, spec: ConfigSpec) -> Refuse | None:
    """What no waiting changes: more than is reserved, or another type than the plan's."""
    if plan is None:
        return None
    types = plan.instance_types
    if types and spec.instance_type not in types:
        text = f"plan {plan.name} reserves {', '.join(types)}, {spec.instance_type} is asked"
        return Refuse(code="WrongType", reason=text)
    if plan.total_count and spec.instance_count > plan.total_count:
        return Refuse(code="OverReserved", reason=_numbers(plan, spec))
    return None


def _resize(seen: Snapshot, endpoint: EndpointSeen, plan: PlanSeen | None, spec: ConfigSpec) -> Resize | Refuse:
    """A change of the count alone goes in place and needs only the difference."""
    more = spec.instance_count - endpoint.instance_count
    if plan is not None and more > plan.available_count:
        return Refuse(code="NoRoom", reason=_numbers(plan, spec), next_at=seen.now + LOOK_AGAIN)
    return Resize(
        id=decision_id(seen, "resize", spec.name),
        reason=f"from {endpoint.instance_count} to {spec.instance_count}, in place",
        started_at=seen.now,
        variant=endpoint.variants[0].name,
        instance_count=spec.instance_count,
        config_name=endpoint.config_name,
        plan=plan.name if plan else None,
    )


def _rotate(seen: Snapshot, endpoint: EndpointSeen, plan: PlanSeen | None, spec: ConfigSpec) -> Rotate | Refuse:
    fitting = _fitting(seen, endpoint, plan, spec)
    if isinstance(fitting, DoesNotFit):
        numbers = f" ({_numbers(plan, spec)})" if plan else ""
        return Refuse(code="NoRoom", reason=f"{fitting.reason}{numbers}", next_at=seen.now + LOOK_AGAIN)
    spec, rollout = fitting
    live = endpoint.config.model if endpoint.config else endpoint.config_name
    return Rotate(
        id=decision_id(seen, "rotate", spec.name),
        reason=f"{live} runs, {spec.model} is wanted; {rollout.reason}",
        started_at=seen.now,
        config=spec,
        rollout=rollout.deployment_config,
        plan=plan.name if plan else None,
    )


def _fitting(
    seen: Snapshot, endpoint: EndpointSeen, plan: PlanSeen | None, spec: ConfigSpec
) -> tuple[ConfigSpec, Fits] | DoesNotFit:
    """At the wanted count, or else at the present one: the count then changes in place, and needs less room.

    A rolling update replaces the fleet that is there, so it can't change its size.
    """
    free = plan.available_count if plan else None
    noes: list[str] = []
    for count in dict.fromkeys((spec.instance_count, endpoint.instance_count)):
        chosen = choose_rollout(seen.deployment.manifest.rollout, fleet=count, free=free)
        if isinstance(chosen, Fits) and (chosen.strategy != "rolling" or count == endpoint.instance_count):
            sized = config_spec(seen.deployment, instance_type=spec.instance_type, count=count, plan_arn=spec.plan_arn)
            return sized, chosen
        noes.append(chosen.reason)
    return DoesNotFit(reason="; ".join(noes))


def _drifted(seen: Snapshot, endpoint: EndpointSeen) -> Hold | None:
    """A config that we didn't make is live: somebody changed the endpoint by hand."""
    on_drift = seen.deployment.manifest.on_drift
    if is_config_of(seen.deployment.name, endpoint.config_name) or on_drift == "restore":
        return None
    return Hold(code="Drift", reason=f"config {endpoint.config_name} is not ours, and on_drift says {on_drift}")


def _numbers(plan: PlanSeen, spec: ConfigSpec) -> str:
    used = f"{plan.in_use_count} in use, {plan.available_count} free"
    return f"instances asked: {spec.instance_count}; plan {plan.name} reserves {plan.total_count} ({used})"
