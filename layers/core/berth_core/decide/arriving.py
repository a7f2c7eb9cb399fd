"""Bringing the endpoint onto reserved capacity, as soon as there is some."""

from berth_core.decide.budget import reaches_cap_at, stops_at
from berth_core.decide.drifting import drift_held, was_moved
from berth_core.decide.evaluating import falls_short, in_words
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import closings
from berth_core.decide.making_room import is_hopping, model_before, recreation
from berth_core.decide.placing import NoPlace, Place, place
from berth_core.decide.rotating import MIXED, SETTLES_WITHIN
from berth_core.decide.standing_on import model_that_runs, plan_under, variant_under
from berth_core.decide.tidying import tidy
from berth_core.decisions import Deploy, Hold, Refuse, Tidy
from berth_core.durations import expected
from berth_core.facts import Override, PlanSeen, Snapshot
from berth_core.naming import config_spec, decision_id, wanted_count


def finish_what_was_begun(seen: Snapshot, intent: Intent) -> Deploy | Hold | Refuse | Tidy | None:
    """Before anything that tells to wait: a hop comes home, and what was deleted to be made anew is made."""
    return arrive(seen, intent) if is_hopping(seen) or recreation(seen) is not None else None


def arrive(seen: Snapshot, intent: Intent) -> Deploy | Hold | Refuse | Tidy | None:
    """None if the endpoint is where it belongs: on a plan of the manifest, inside its window."""
    why = _needs_a_place(seen, intent)
    if why is None:
        return None
    moved = _moved(seen, intent)
    held = drift_held(seen, seen.endpoint, moved) if seen.endpoint is not None and moved else None
    if held is not None:
        return held
    found = place(seen, intent.plan, closings(seen), by_hand=intent.kind == "deploy")
    if isinstance(found, Place):
        return _too_late(seen, intent, found.plan) or _deploy(seen, found.plan, why, moved)
    cleared = tidy(seen) if intent.kind == "reconcile" else None
    return cleared or _no_place(seen, intent, why, found)


def _needs_a_place(seen: Snapshot, intent: Intent) -> str | None:
    endpoint = seen.endpoint
    if endpoint is None:
        return "there is no endpoint"
    if endpoint.status == "Failed":
        reason = endpoint.failure_reason or "no reason given"
        return f"the endpoint Failed ({reason})"
    if is_hopping(seen):
        return "the rollout's hop over on-demand leads home"
    # Who starts endpoint_deploy by hand wants it home, whatever the manifest says of coming home by itself.
    comes_home = seen.deployment.manifest.end_of_window.return_to_reserved or intent.kind == "deploy"
    if endpoint.plan_arn is None and comes_home:
        return "the endpoint is on on-demand"
    if intent.plan is not None and not _is_on(seen, intent.plan):
        return f"plan {intent.plan} is asked for by hand"
    return None


def _moved(seen: Snapshot, intent: Intent) -> str | None:
    """What shows that somebody moved it off the plan: then on_drift says what becomes of it. What is accepted is the
    model and the count: where it runs is for return_to_reserved to say."""
    endpoint = seen.endpoint
    if endpoint is None or endpoint.status == "Failed" or endpoint.plan_arn is not None:
        return None
    if intent.kind != "reconcile" or is_hopping(seen):
        return None
    return was_moved(seen, endpoint)


def _too_late(seen: Snapshot, intent: Intent, plan: PlanSeen) -> Hold | None:
    """The way home is paid for until it is done, and a cap is a hard stop: what can't be home by then leaves first."""
    cap = reaches_cap_at(seen)
    takes = expected("deploy", seen.attempts)
    is_away = seen.endpoint is not None and seen.endpoint.plan_arn is None
    if not is_away or cap is None or seen.now + takes <= cap or intent.kind == "deploy":
        return None
    reason = (
        f"plan {plan.name} has room, but the way home takes {takes.total_seconds() / 60:.0f} minutes, and on-demand "
        f"reaches its cap at {cap:%Y-%m-%d %H:%M} UTC: the way off comes first; raise end_of_window.on_demand, or "
        "start endpoint_deploy by hand"
    )
    return Hold(code="TooLateForHome", reason=reason, next_at=stops_at(seen))


def _is_on(seen: Snapshot, name_or_arn: str) -> bool:
    under = plan_under(seen)
    return under is not None and name_or_arn in (under.name, under.arn)


def _no_place(seen: Snapshot, intent: Intent, why: str, found: NoPlace) -> Hold | Refuse | None:
    serves = seen.endpoint is not None and seen.endpoint.status in ("InService", MIXED)
    if serves and intent.plan is None:
        return None  # it serves from on-demand: what else is wrong with it still counts
    text = f"{why}, and {found.reason}"
    if found.never:
        return Refuse(code="NoPlace", reason=text)
    if serves and intent.plan is not None:
        # By hand this would wait for the plan to open, or to have room, while the endpoint serves from another.
        return Refuse(code="NoRoom", reason=text)
    return Hold(code="WaitingForPlan", reason=f"{text}{_told_beforehand(seen)}", next_at=found.next_at)


def _told_beforehand(seen: Snapshot) -> str:
    """What the coming window has no time for, while the list can still be changed."""
    for name in seen.deployment.manifest.reservation.plans:
        plan = next((each for each in seen.plans if each.name == name), None)
        block = (plan.block_at(seen.now) or plan.block_after(seen.now)) if plan else None
        if plan is None or block is None:
            continue
        opened = seen.model_copy(update={"now": block.starts_at})
        short = falls_short(seen, plan, closings(opened).get(name), block.starts_at)
        return f"; {short}" if short else ""
    return ""


def _deploy(seen: Snapshot, plan: PlanSeen, why: str, moved: str | None) -> Deploy:
    manifest = seen.deployment.manifest
    before = model_before(seen)
    # Coming home changes the place alone. A hop brings the new model with it, which runs by then.
    model = before or (model_that_runs(seen) if moved is None else None)
    deployment = seen.deployment
    if model is not None:
        over = (deployment.override or Override()).model_copy(update={"model": model})
        deployment = deployment.model_copy(update={"override": over})
    spec = config_spec(
        deployment,
        instance_type=manifest.reservation.instance_type,
        count=wanted_count(seen.deployment),
        plan_arn=plan.arn,
        variant=variant_under(seen),
    )
    # An existing endpoint moves blue/green, which is why `place` asked for room for the whole fleet.
    existing = {None: "create", "Failed": "replace"}.get(seen.endpoint.status if seen.endpoint else None, "update")
    free = f"plan {plan.name} is Active with {plan.available_count} of {plan.total_count} free"
    restores = f"{moved}; on_drift says restore" if moved else ""
    parts = (restores, f"{why}; {free}", _back_to(before), in_words(seen), falls_short_now(seen, plan))
    return Deploy.model_validate(
        {
            "id": decision_id(seen, "deploy", spec.name),
            "reason": "; ".join(part for part in parts if part),
            "started_at": seen.now,
            "settled_by": seen.now + SETTLES_WITHIN,
            "action": existing,
            "config": spec,
            "plan": plan.name,
        }
    )


def _back_to(before: str | None) -> str:
    return f"{before}, which ran before, is made again, since the new model didn't start" if before else ""


def falls_short_now(seen: Snapshot, plan: PlanSeen) -> str:
    """What the window that is open has no time for."""
    return falls_short(seen, plan, closings(seen).get(plan.name), seen.now)
