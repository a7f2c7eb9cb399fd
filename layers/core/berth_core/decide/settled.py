"""Nothing to do: why, and when to look again."""

from datetime import datetime

from berth_core.decide.intent import Intent
from berth_core.decide.leaving import leaves_at, plan_under
from berth_core.decisions import Hold
from berth_core.facts import Snapshot
from berth_core.naming import STACK_TAG


def removed(seen: Snapshot, _intent: Intent) -> Hold | None:
    """A manifest that was taken away ends the management; the endpoint stays unless `on_remove` says delete."""
    if seen.deployment.removed_at is None:
        return None
    if seen.endpoint is None:
        return Hold(code="Removed", reason="the manifest was removed and there is no endpoint")
    ours = seen.endpoint.tags.get(STACK_TAG) == seen.policy.stack
    if seen.deployment.manifest.on_remove == "delete" and ours:
        return None
    return Hold(code="Removed", reason="the manifest was removed; the endpoint stays as it is")


def as_wanted(seen: Snapshot, _intent: Intent) -> Hold:
    """The end of every road: what was seen is what is wished."""
    endpoint = seen.endpoint
    if endpoint is None:
        return Hold(code="NoEndpoint", reason="there is no endpoint, and nothing asks for one")
    plan = plan_under(seen)
    lost = f"on {endpoint.plan_arn}, which isn't there any more" if endpoint.plan_arn else "on on-demand"
    where = f"on plan {plan.name}" if plan else lost
    text = f"as wanted: {endpoint.config_name}, {endpoint.instance_count} in service {where}"
    return Hold(code="AsWanted", reason=text, next_at=_next_look(seen))


def _next_look(seen: Snapshot) -> datetime | None:
    """The first of: the way off, the next opening of a plan of the manifest, the end of a hold."""
    moments = [leaves_at(seen), *(_next_opening(seen))]
    return min((moment for moment in moments if moment is not None and moment > seen.now), default=None)


def _next_opening(seen: Snapshot) -> list[datetime]:
    blocks = [plan.block_after(seen.now) for plan in seen.plans]
    return [block.starts_at for block in blocks if block is not None]
