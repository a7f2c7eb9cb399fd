"""What the watch makes of one look at everything: whom to wake, what to tell, when to be called again.

It compares what is listed with what the last watch saw, so that a lost event or schedule costs time but no result.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import Field

from berth_core.decide.interrupting import Interruption, interruption
from berth_core.decide.moments import Moment, next_moment, to_be_scheduled
from berth_core.facts import IN_TRANSITION, Block, PlanSeen, PlanStatus
from berth_core.model import Frozen, Time


class EndpointBrief(Frozen):
    """An endpoint as ListEndpoints shows it."""

    name: str
    status: str
    changed_at: Time | None = None


class DeploymentBrief(Frozen):
    """A deployment as the ledger lists it.

    `endpoint_seen` is the endpoint's mark when it was last looked at, `placed_on` the plan that it stood on then,
    `object_mark` that of the manifest in force.
    """

    name: str
    plans: tuple[str, ...]
    finish_before_minutes: int = 60
    ladder: tuple[str, ...] = ()
    between_blocks: str = "delete"
    due_at: Time | None = None
    endpoint_seen: str | None = None
    placed_on: str | None = None
    reconciled: bool = False
    object_mark: str | None = None
    keeps_staging: bool = False
    removed: bool = False


class PlanRow(Frozen):
    """What the ledger remembers of a plan from the last watch."""

    name: str
    seen: PlanSeen
    told_leads: tuple[str, ...] = ()


class PlanChange(Frozen):
    """A plan that is new, or whose status or block times differ from the last watch."""

    plan: PlanSeen
    previous_status: str | None
    what: str


class Closing(Frozen):
    """A deployment to be told that its window closes."""

    deployment: str
    plan: str
    closes_at: Time
    finish_by: Time
    minutes_left: int
    interruption: Interruption | None = None


class Wake(Frozen):
    """A deployment to reconcile, and why."""

    deployment: str
    reason: str


class Look(Frozen):
    """All that a watch looks at."""

    now: Time
    lead_minutes: tuple[int, ...] = Field(description="minutes before a block's end at which its closing is told")
    plans: tuple[PlanSeen, ...] = ()
    rows: tuple[PlanRow, ...] = ()
    endpoints: tuple[EndpointBrief, ...] = ()
    deployments: tuple[DeploymentBrief, ...] = ()


class WatchPlan(Frozen):
    """To be carried out in this order. `quiet_until`: if nothing else changes, there is nothing to do before then."""

    wakes: tuple[Wake, ...]
    moments: tuple[Moment, ...]
    changes: tuple[PlanChange, ...]
    closings: tuple[Closing, ...]
    rows: tuple[PlanRow, ...] = Field(description="only those that differ from what the ledger holds")
    quiet_until: Time


def endpoint_mark(status: str, changed_at: datetime | None) -> str:
    """Changes whenever the endpoint does."""
    return f"{status}@{changed_at.isoformat() if changed_at else ''}"


def decide_watch(look: Look) -> WatchPlan:
    """Pure and idempotent: the same look after its answer was carried out wakes and tells nobody."""
    known = {row.name: row for row in look.rows}
    plans = _for_endpoints(look)
    changes = plan_changes(look)
    closings, told = _closings(look, plans, known)
    rows = tuple(PlanRow(name=plan.name, seen=plan, told_leads=told.get(plan.name, ())) for plan in plans)
    wakes = _wakes(look, changes)
    moments = to_be_scheduled(look, plans)
    return WatchPlan(
        wakes=wakes,
        moments=moments,
        changes=changes,
        closings=closings,
        rows=tuple(row for row in rows if _worth_writing(row, known.get(row.name))),
        quiet_until=look.now if wakes else next_moment(look, plans),
    )


def plan_changes(look: Look) -> tuple[PlanChange, ...]:
    """The plans that differ from what the last watch saw."""
    known = {row.name: row for row in look.rows}
    return tuple(change for plan in _for_endpoints(look) if (change := _change(plan, known.get(plan.name))))


def _for_endpoints(look: Look) -> tuple[PlanSeen, ...]:
    return tuple(plan for plan in look.plans if not plan.targets or "endpoint" in plan.targets)


def _change(plan: PlanSeen, row: PlanRow | None) -> PlanChange | None:
    if row is None:
        if plan.status in (PlanStatus.EXPIRED, PlanStatus.FAILED):
            return None  # history of the account, not news
        return PlanChange(plan=plan, previous_status=None, what=f"found: {_status(plan)}, {_times(plan.blocks)}")
    if plan.status != row.seen.status:
        what = f"{row.seen.status} to {_status(plan)}"
        return PlanChange(plan=plan, previous_status=row.seen.status, what=what)
    if _spans(plan) != _spans(row.seen):
        what = f"times moved from {_times(row.seen.blocks)} to {_times(plan.blocks)}"
        return PlanChange(plan=plan, previous_status=row.seen.status, what=what)
    return None


def _status(plan: PlanSeen) -> str:
    if plan.is_understood:
        return plan.status
    return f"{plan.status!r}, a status that AWS doesn't document: nothing is put on the plan while it has it"


def _worth_writing(row: PlanRow, known: PlanRow | None) -> bool:
    """A row is written for what the next watch compares."""
    return known is None or row.told_leads != known.told_leads or _compared(row.seen) != _compared(known.seen)


def _compared(plan: PlanSeen) -> tuple[str, tuple[tuple[datetime, datetime], ...], int]:
    return plan.status, _spans(plan), plan.available_count


def _closings(
    look: Look, plans: Sequence[PlanSeen], known: dict[str, PlanRow]
) -> tuple[tuple[Closing, ...], dict[str, tuple[str, ...]]]:
    """Each lead time of each block is told once, and only the shortest of several that passed at once."""
    closings: list[Closing] = []
    told: dict[str, tuple[str, ...]] = {}
    for plan in plans:
        before = known[plan.name].told_leads if plan.name in known else ()
        block = plan.block_at(look.now) if plan.status is PlanStatus.ACTIVE else None
        if block is None:
            told[plan.name] = before
            continue
        passed = [lead for lead in look.lead_minutes if block.ends_at - timedelta(minutes=lead) <= look.now]
        keys = tuple(f"{block.ends_at.isoformat()}-{lead}" for lead in sorted(passed))
        told[plan.name] = keys
        if keys and keys[0] not in before:
            closings += _tell(look, plan, block)
    return tuple(closings), told


def _tell(look: Look, plan: PlanSeen, block: Block) -> list[Closing]:
    return [_closing(look, each, plan, block) for each in look.deployments if each.placed_on == plan.name]


def _closing(look: Look, deployment: DeploymentBrief, plan: PlanSeen, block: Block) -> Closing:
    finish_by = block.ends_at - timedelta(minutes=deployment.finish_before_minutes)
    return Closing(
        deployment=deployment.name,
        plan=plan.name,
        closes_at=block.ends_at,
        finish_by=finish_by,
        minutes_left=int((block.ends_at - look.now).total_seconds() // 60),
        interruption=interruption(
            ladder=deployment.ladder,
            between_blocks=deployment.between_blocks,
            plans=[each for each in look.plans if each.name in deployment.plans],
            here=plan,
            block=block,
            finish_by=finish_by,
        ),
    )


def _wakes(look: Look, changes: Sequence[PlanChange]) -> tuple[Wake, ...]:
    endpoints = {each.name: each for each in look.endpoints}
    wakes: list[Wake] = []
    for deployment in look.deployments:
        reason = wake_reason(look, deployment, endpoints.get(deployment.name), changes)
        if reason is not None:
            wakes.append(Wake(deployment=deployment.name, reason=reason))
    return tuple(wakes)


def wake_reason(
    look: Look, deployment: DeploymentBrief, endpoint: EndpointBrief | None, changes: Sequence[PlanChange]
) -> str | None:
    """Why this deployment has to be looked at now, None if it hasn't."""
    if not deployment.reconciled:
        return "never reconciled"
    # It may stand on a plan that its manifest no longer names.
    under = {*deployment.plans, deployment.placed_on}
    changed = [change for change in changes if change.plan.name in under]
    if changed:
        return f"plan {changed[0].plan.name}: {changed[0].what}"
    if deployment.due_at is not None and deployment.due_at <= look.now:
        return f"due since {deployment.due_at:%Y-%m-%d %H:%M} UTC"
    if has_changed(deployment, endpoint):
        return "the endpoint changed"
    return _came_free(look, deployment)


def _came_free(look: Look, deployment: DeploymentBrief) -> str | None:
    """A plan that it doesn't stand on has more instances free than at the last watch: no event tells of that."""
    before = {row.name: row.seen.available_count for row in look.rows}
    for plan in look.plans:
        free, was = plan.available_count, before.get(plan.name)
        if plan.name in deployment.plans and plan.name != deployment.placed_on and was is not None and free > was:
            return f"plan {plan.name}: {free} of {plan.total_count} free, {was} before"
    return None


def has_changed(deployment: DeploymentBrief, endpoint: EndpointBrief | None) -> bool:
    """Whether the endpoint has settled as something else than what was seen last."""
    if endpoint is not None and endpoint.status in IN_TRANSITION:
        return False  # whoever changes it looks at the result; after that the mark differs
    mark = endpoint_mark(endpoint.status, endpoint.changed_at) if endpoint else None
    return mark != deployment.endpoint_seen


def _spans(plan: PlanSeen) -> tuple[tuple[datetime, datetime], ...]:
    return tuple(sorted((block.starts_at, block.ends_at) for block in plan.blocks))


def _times(blocks: Sequence[Block]) -> str:
    return ", ".join(f"{block.starts_at:%Y-%m-%d %H:%M} to {block.ends_at:%Y-%m-%d %H:%M} UTC" for block in blocks)
