"""Bringing the endpoint onto reserved capacity, as soon as there is some."""

from berth_core.decide.handing_over import closings
from berth_core.decide.intent import Intent
from berth_core.decide.placing import NoPlace, place
from berth_core.decide.rotating import MIXED
from berth_core.decisions import Deploy, Hold, Refuse
from berth_core.facts import PlanSeen, Snapshot
from berth_core.naming import config_spec, decision_id, wanted_count


def arrive(seen: Snapshot, intent: Intent) -> Deploy | Hold | Refuse | None:
    """None if the endpoint is where it belongs: on a plan of the manifest, inside its window."""
    why = _needs_a_place(seen, intent)
    if why is None:
        return None
    found = place(seen, intent.plan, closings(seen))
    if isinstance(found, NoPlace):
        return _no_place(seen, why, found)
    return _deploy(seen, found.plan, why)


def _needs_a_place(seen: Snapshot, intent: Intent) -> str | None:
    endpoint = seen.endpoint
    if endpoint is None:
        return "there is no endpoint"
    if endpoint.status == "Failed":
        reason = endpoint.failure_reason or "no reason given"
        return f"the endpoint Failed ({reason})"
    # Who starts endpoint_deploy by hand wants it home, whatever the manifest says of coming home by itself.
    comes_home = seen.deployment.manifest.end_of_window.return_to_reserved or intent.kind == "deploy"
    if endpoint.plan_arn is None and comes_home:
        return "the endpoint is on on-demand"
    return None


def _no_place(seen: Snapshot, why: str, found: NoPlace) -> Hold | Refuse | None:
    if seen.endpoint is not None and seen.endpoint.status in ("InService", MIXED):
        return None  # it serves from on-demand: what else is wrong with it still counts
    text = f"{why}, and {found.reason}"
    if found.never:
        return Refuse(code="NoPlace", reason=text)
    return Hold(code="WaitingForPlan", reason=text, next_at=found.next_at)


def _deploy(seen: Snapshot, plan: PlanSeen, why: str) -> Deploy:
    manifest = seen.deployment.manifest
    spec = config_spec(
        seen.deployment,
        instance_type=manifest.reservation.instance_type,
        count=wanted_count(seen.deployment),
        plan_arn=plan.arn,
    )
    # An existing endpoint moves blue/green, which is why `place` asked for room for the whole fleet.
    existing = {None: "create", "Failed": "replace"}.get(seen.endpoint.status if seen.endpoint else None, "update")
    return Deploy.model_validate(
        {
            "id": decision_id(seen, "deploy", spec.name),
            "reason": f"{why}; plan {plan.name} is Active with {plan.available_count} of {plan.total_count} free",
            "started_at": seen.now,
            "action": existing,
            "config": spec,
            "plan": plan.name,
        }
    )
