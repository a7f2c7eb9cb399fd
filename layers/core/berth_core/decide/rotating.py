"""Another model, or another size: on the capacity that the endpoint has, or over a way that makes room."""

from datetime import datetime, timedelta
from typing import Any

from berth_core.decide.budget import running_stay, stops_at
from berth_core.decide.drifting import drift_held, has_drifted
from berth_core.decide.evaluating import in_words
from berth_core.decide.forbidding import LOOK_AGAIN
from berth_core.decide.intent import Intent
from berth_core.decide.leaving import leaves_at
from berth_core.decide.making_room import has_failed_anew, hop_over, recreate_in_place
from berth_core.decide.rollback_alarms import objection
from berth_core.decide.rollout import LAUNCH, DoesNotFit, Fits, Room, choose_rollout
from berth_core.decide.standing_on import plan_under, variant_under
from berth_core.decisions import ConfigSpec, Hold, Refuse, Resize, Rotate
from berth_core.durations import expected
from berth_core.facts import EndpointSeen, PlanSeen, Snapshot
from berth_core.manifest import Rollout
from berth_core.naming import config_spec, decision_id, on_demand_count, same_but_for_count, wanted_count

MIXED = "UpdateRollbackFailed"
"""The endpoint serves a mix of two configs; AWS's way out is UpdateEndpoint with the wanted one (aws-facts 2.4)."""
SETTLES_WITHIN = timedelta(hours=2)
"""Beside the limit that a rollout was given: to come up, or to go all the way back."""

Answer = Rotate | Resize | Refuse | Hold | None


def rotate(seen: Snapshot, intent: Intent) -> Answer:
    """None if the endpoint already is as wanted. What doesn't fit is refused with the numbers, before any call."""
    endpoint = seen.endpoint
    if endpoint is None or endpoint.status not in ("InService", MIXED):
        status = f": it is {endpoint.status}" if endpoint else ""
        return Hold(code="NoEndpoint", reason=f"there is no endpoint in service to rotate{status}")
    spec = _wanted(seen, endpoint)
    if spec is None:
        return None
    same = _is_same_but_for_count(seen, endpoint, spec)
    if same and spec.instance_count == _count(seen, endpoint):
        return None
    # Who asks by hand has seen what is there.
    drift = has_drifted(seen, endpoint) if intent.override is None else None
    held = drift_held(seen, endpoint, drift) if drift else None
    plan = plan_under(seen)
    answer = held or _impossible(seen, plan, spec)
    if answer is not None:
        return answer
    why = f"{drift}; on_drift says restore; " if drift else ""
    in_place = same and not seen.deployment.manifest.components
    return _resize(seen, endpoint, plan, spec, why) if in_place else _rotate(seen, endpoint, plan, spec, why)


def _count(seen: Snapshot, endpoint: EndpointSeen) -> int | None:
    """Under inference components instances come and go: there the config says how many there may be."""
    if seen.deployment.manifest.components:
        return endpoint.config.instance_count if endpoint.config else None
    return endpoint.instance_count


def _is_same_but_for_count(seen: Snapshot, endpoint: EndpointSeen, spec: ConfigSpec) -> bool:
    if endpoint.status == MIXED:
        return False
    if same_but_for_count(endpoint.config_name, spec.name):
        return True
    override, live = seen.deployment.override, endpoint.config
    if override is None or live is None or override.config_name != endpoint.config_name:
        return False
    return (live.model, live.plan_arn) == (spec.model, spec.plan_arn)


def _wanted(seen: Snapshot, endpoint: EndpointSeen) -> ConfigSpec | None:
    """The same placement as now with the wanted model and count. None if what runs can't be told."""
    manifest = seen.deployment.manifest
    count = wanted_count(seen.deployment)
    variant = variant_under(seen)
    if endpoint.plan_arn is not None:
        wanted_type = manifest.reservation.instance_type
        return config_spec(
            seen.deployment, instance_type=wanted_type, count=count, plan_arn=endpoint.plan_arn, variant=variant
        )
    live_type = endpoint.config.instance_type if endpoint.config else None
    if live_type is None:
        return None
    count = on_demand_count(seen.deployment, endpoint.instance_count)
    return config_spec(seen.deployment, instance_type=live_type, count=count, plan_arn=None, variant=variant)


def _impossible(seen: Snapshot, plan: PlanSeen | None, spec: ConfigSpec) -> Refuse | None:
    """What no waiting changes: more than is reserved, or another type than the plan's, or a plan that nobody sees."""
    if plan is None and spec.plan_arn is not None:
        text = f"{spec.plan_arn}, which the endpoint is on, isn't there any more: nobody can tell what fits on it"
        return Refuse(code="NoRoom", reason=text, next_at=seen.now + LOOK_AGAIN)
    if plan is None:
        return None
    types = plan.instance_types
    if types and spec.instance_type not in types:
        text = f"plan {plan.name} reserves {', '.join(types)}, {spec.instance_type} is asked"
        return Refuse(code="WrongType", reason=text)
    if plan.total_count and spec.instance_count > plan.total_count:
        return Refuse(code="OverReserved", reason=_numbers(plan, spec))
    return None


def _resize(
    seen: Snapshot, endpoint: EndpointSeen, plan: PlanSeen | None, spec: ConfigSpec, why: str
) -> Resize | Refuse:
    """A change of the count alone goes in place and needs only the difference."""
    more = spec.instance_count - endpoint.instance_count
    if plan is not None and more > plan.available_count:
        return Refuse(code="NoRoom", reason=_numbers(plan, spec), next_at=seen.now + LOOK_AGAIN)
    return Resize(
        id=decision_id(seen, "resize", spec.name),
        reason=f"{why}from {endpoint.instance_count} to {spec.instance_count}, in place",
        started_at=seen.now,
        settled_by=seen.now + SETTLES_WITHIN,
        variant=endpoint.variants[0].name,
        instance_count=spec.instance_count,
        config_name=endpoint.config_name,
        plan=plan.name if plan else None,
    )


def _rotate(
    seen: Snapshot, endpoint: EndpointSeen, plan: PlanSeen | None, spec: ConfigSpec, why: str
) -> Rotate | Refuse | Hold:
    over = hop_over(seen, plan, leaves_at(seen))
    rooms = [_room(seen, plan, count, over) for count in _sizes(seen, endpoint, spec)]
    chosen = choose_rollout(_rules(seen, endpoint), *rooms)
    if isinstance(chosen, DoesNotFit):
        numbers = f" ({_numbers(plan, spec)})" if plan else ""
        return Refuse(code="NoRoom", reason=f"{chosen.reason}{numbers}", next_at=seen.now + LOOK_AGAIN)
    forbidden = _alarms_forbid(seen, chosen) or (_failed_anew(seen, spec) if chosen.strategy == "recreate" else None)
    if forbidden is not None:
        return forbidden
    hop = over if chosen.strategy == "hop" and isinstance(over, ConfigSpec) else None
    return _decided(seen, endpoint, plan, hop or _sized(seen, spec, chosen.fleet), chosen, why)


def _sizes(seen: Snapshot, endpoint: EndpointSeen, spec: ConfigSpec) -> tuple[int, ...]:
    """The wanted size, or else the present one, unless that is all that changes: then it would change nothing."""
    wanted = spec.instance_count
    if _is_same_but_for_count(seen, endpoint, spec):
        return (wanted,)
    return tuple(dict.fromkeys((wanted, _count(seen, endpoint) or wanted)))


def _from_to(endpoint: EndpointSeen, spec: ConfigSpec) -> str:
    """Under inference components a config names no model."""
    if spec.model is None:
        return f"{endpoint.config_name} is live, {spec.name} is wanted"
    live = endpoint.config.model if endpoint.config else endpoint.config_name
    return f"{live} runs, {spec.model} is wanted"


def _decided(
    seen: Snapshot, endpoint: EndpointSeen, plan: PlanSeen | None, spec: ConfigSpec, chosen: Fits, why: str
) -> Rotate:
    turn = in_words(seen)
    text = f"{_from_to(endpoint, spec)}; {chosen.reason}"
    is_away = chosen.strategy == "hop"
    given: dict[str, Any] = {
        "id": decision_id(seen, "rotate", spec.name),
        "reason": f"{why}{turn}; {text}" if turn else f"{why}{text}",
        "started_at": seen.now,
        "settled_by": _settled_by(seen, chosen),
        "action": "replace" if chosen.strategy == "recreate" else "update",
        "config": spec,
        "rollout": chosen.deployment_config,
        "plan": plan.name if plan and not is_away else None,
        "strategy": chosen.strategy,
        "rung": chosen.strategy if chosen.strategy in ("hop", "recreate") else None,
        "replaced": endpoint.config.model if endpoint.config and chosen.strategy == "recreate" else None,
    }
    return Rotate.model_validate(given)


def _settled_by(seen: Snapshot, chosen: Fits) -> datetime:
    return seen.now + timedelta(seconds=chosen.longest_seconds or 0) + SETTLES_WITHIN


def _room(seen: Snapshot, plan: PlanSeen | None, count: int, over: ConfigSpec | str) -> Room:
    # On on-demand both fleets are paid for until the rollout is over.
    leaves = leaves_at(seen) if plan is not None or running_stay(seen) is None else stops_at(seen, beside=count)
    return Room(
        fleet=count,
        running=seen.endpoint.instance_count if seen.endpoint else 0,
        free=plan.available_count if plan else None,
        no_hop=over if isinstance(over, str) else "",
        no_recreate=recreate_in_place(seen, plan, leaves),
        seconds=(leaves - seen.now).total_seconds() if leaves else None,
        launch=min(LAUNCH, expected("rotate", seen.attempts)),
    )


def _sized(seen: Snapshot, spec: ConfigSpec, count: int) -> ConfigSpec:
    """At the wanted count, or else at the present one: the count then changes in place, and needs less room."""
    return config_spec(
        seen.deployment,
        instance_type=spec.instance_type,
        count=count,
        plan_arn=spec.plan_arn,
        variant=spec.variant,
    )


def _rules(seen: Snapshot, endpoint: EndpointSeen) -> Rollout:
    """Out of a mix of two configs no alarm stops the way: it may well fire because of the mix."""
    rules = seen.deployment.manifest.rollout
    return rules.model_copy(update={"alarms": ()}) if endpoint.status == MIXED else rules


def _alarms_forbid(seen: Snapshot, chosen: Fits) -> Refuse | None:
    if "AutoRollbackConfiguration" not in (chosen.deployment_config or {}):
        return None
    found = objection(seen)
    return None if found is None else Refuse(code=found.code, reason=found.text, next_at=seen.now + LOOK_AGAIN)


def _failed_anew(seen: Snapshot, spec: ConfigSpec) -> Hold | None:
    failed = has_failed_anew(seen, spec)
    if failed is None:
        return None
    text = f"{spec.model} was tried with a gap and didn't start ({failed.code}), and another try is another gap"
    return Hold(code="GaveUp", reason=f"{text}: change the manifest")


def _numbers(plan: PlanSeen, spec: ConfigSpec) -> str:
    used = f"{plan.in_use_count} in use, {plan.available_count} free"
    return f"instances asked: {spec.instance_count}; plan {plan.name} reserves {plan.total_count} ({used})"
