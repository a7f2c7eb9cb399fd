"""Who goes first when a plan is too small for all that wait for it: the higher priority, then the name."""

from berth_core.decide.holding import hands_off
from berth_core.decide.lacking import lacking
from berth_core.decide.standing_on import has_left, plan_under
from berth_core.facts import EndpointSeen, PlanSeen, PlanStatus, Rival, Snapshot
from berth_core.naming import is_ours, wanted_count


def ahead_of_us(seen: Snapshot, plan: PlanSeen) -> tuple[Rival, ...]:
    """The others that wait for this plan, come before us, and fit into what is free of it, in their order.

    One that doesn't fit keeps nobody waiting: what it can't use would lie idle.
    """
    ours = _rank(seen.deployment.manifest.reservation.priority, seen.deployment.name)
    room = plan.available_count
    first: list[Rival] = []
    for rival in sorted(seen.rivals, key=lambda each: _rank(each.priority, each.name)):
        if rival.plan != plan.name or _rank(rival.priority, rival.name) > ours:
            continue
        if rival.instance_count <= room:
            room -= rival.instance_count
            first.append(rival)
    return tuple(first)


def awaited(seen: Snapshot) -> tuple[str, ...]:
    """The plans, by name, that this deployment would move onto if it could, or grow on. Empty if it lacks nothing."""
    manifest = seen.deployment.manifest
    if seen.deployment.removed_at is not None or hands_off(seen) is not None:
        return ()
    endpoint = seen.endpoint
    if endpoint is not None and not is_ours(endpoint.tags, seen.policy.stack, seen.deployment.name):
        return ()
    if endpoint is not None and endpoint.status != "Failed" and not _comes_home(seen, endpoint):
        return _short_of(seen)
    return tuple(plan.name for plan in seen.plans if plan.name in manifest.reservation.plans and _may_take(seen, plan))


def _short_of(seen: Snapshot) -> tuple[str, ...]:
    """The plan under an endpoint whose copies were called back, and found that others have their instances."""
    plan = plan_under(seen)
    if plan is None or plan.name not in seen.deployment.manifest.reservation.plans or not lacking(seen):
        return ()
    return (plan.name,)


def _comes_home(seen: Snapshot, endpoint: EndpointSeen) -> bool:
    return endpoint.plan_arn is None and seen.deployment.manifest.end_of_window.return_to_reserved


def _may_take(seen: Snapshot, plan: PlanSeen) -> bool:
    over = plan.status in (PlanStatus.EXPIRED, PlanStatus.FAILED)
    fits = not plan.total_count or wanted_count(seen.deployment) <= plan.total_count
    return not over and fits and not has_left(seen, plan)


def _rank(priority: int, name: str) -> tuple[int, str]:
    return -priority, name
