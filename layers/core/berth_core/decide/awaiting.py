"""The plans that a deployment waits for, so that others know: whose turn it is, and who had better give way."""

from datetime import datetime

from berth_core.decide.holding import hands_off
from berth_core.decide.lacking import lacking
from berth_core.decide.ladder import closings
from berth_core.decide.placing import NoPlace, look_at
from berth_core.decide.standing_on import has_left, plan_under
from berth_core.facts import EndpointSeen, PlanSeen, Snapshot
from berth_core.naming import is_ours


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
    closes_at = closings(seen)
    named = (plan for plan in seen.plans if plan.name in manifest.reservation.plans)
    return tuple(plan.name for plan in named if _may_take(seen, plan, closes_at))


def _short_of(seen: Snapshot) -> tuple[str, ...]:
    """The plan under an endpoint whose copies were called back, and found that others have their instances."""
    plan = plan_under(seen)
    if plan is None or plan.name not in seen.deployment.manifest.reservation.plans or not lacking(seen):
        return ()
    return (plan.name,)


def _comes_home(seen: Snapshot, endpoint: EndpointSeen) -> bool:
    return endpoint.plan_arn is None and seen.deployment.manifest.end_of_window.return_to_reserved


def _may_take(seen: Snapshot, plan: PlanSeen, closes_at: dict[str, datetime]) -> bool:
    """Whoever queues for what he can't have, or has too little time for, keeps it from those who could."""
    found = look_at(seen, plan.name, closes_at)
    can_not = isinstance(found, NoPlace) and (found.never or found.closing)
    return not can_not and not has_left(seen, plan)
