"""What the sweep makes of one look at everything: what events and the watch could not put right.

Nothing that a living run works on is touched: its lease says so. What is left is asked about again, one by one, by
whoever repairs it, because a list is old as soon as it is read.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field

from berth_core.decide.leftovers import Named, leftovers
from berth_core.decide.watch import (
    DeploymentBrief,
    EndpointBrief,
    Look,
    PlanChange,
    has_changed,
    plan_changes,
    wake_reason,
)
from berth_core.facts import Lease
from berth_core.model import Frozen
from berth_core.naming import staging_of
from berth_core.sweeps import Repair, Sweep, WaiterBrief

PATIENCE = timedelta(minutes=15)
"""Three watches, three polls of a waiting task, and a lease: what is older than this nobody else is about to do."""
REMEMBERED = timedelta(days=1)
"""A lease that lapsed longer ago than this has been looked after, or nobody wants what it was for."""
MOST_AT_ONCE = 200
"""Repairs of one sweep, which travel through the state machine: 256 KiB. The next one takes the rest."""


class Fleet(Frozen):
    """All that a sweep looks at: lists, however many endpoints there are."""

    look: Look
    leases: dict[str, Lease] = Field(description="also those that have lapsed, by deployment or its staging")
    waiters: tuple[WaiterBrief, ...] = ()
    configs: tuple[str, ...] = ()
    schedules: tuple[str, ...] = Field(default=(), description="in our group")
    moments: frozenset[str] = Field(default=frozenset(), description="schedules that the watch knows of")
    alarms: tuple[str, ...] = Field(default=(), description="with our prefix")


def decide_sweep(fleet: Fleet) -> Sweep:
    """Total, pure. Carried out, it finds nothing more to do at the same look."""
    now = fleet.look.now
    found = [*_waiters(fleet), *_reconciles(fleet), *_cleanings(fleet)]
    return Sweep(
        started_at=now,
        quiet_until=now if len(found) > MOST_AT_ONCE else _quiet_until(fleet),
        repairs=tuple(found[:MOST_AT_ONCE]),
        left_over=max(len(found) - MOST_AT_ONCE, 0),
    )


def _waiters(fleet: Fleet) -> Iterator[Repair]:
    """A task that waits stores itself anew every five minutes: one that hasn't is dead, or nobody woke it."""
    for waiter in fleet.waiters:
        if waiter.stored_at + PATIENCE > fleet.look.now:
            continue
        yield Repair(
            kind="resume_waiter",
            deployment=_waited_for(fleet, waiter.endpoint),
            subject=waiter.endpoint,
            holder=waiter.holder,
            reason=f"a task has waited for endpoint {waiter.endpoint} since {_utc(waiter.stored_at)}",
        )


def _waited_for(fleet: Fleet, endpoint: str) -> str:
    """The endpoint is the deployment's own, or one on its staging."""
    names = sorted((each.name for each in fleet.look.deployments), key=len, reverse=True)
    return next((name for name in names if endpoint == name or endpoint.startswith(f"{name}-staging-")), endpoint)


def _reconciles(fleet: Fleet) -> Iterator[Repair]:
    changes = plan_changes(fleet.look)
    endpoints = {each.name: each for each in fleet.look.endpoints}
    for deployment in fleet.look.deployments:
        lease = fleet.leases.get(deployment.name)
        if lease is not None and lease.expires_at > fleet.look.now:
            continue
        # Whatever looks at it tells of a run that died, too; that alone is looked after once.
        woken = tuple(_wakes(fleet.look, deployment, endpoints.get(deployment.name), changes))
        yield from woken or _deaths(fleet.look, deployment, lease)


def _deaths(look: Look, deployment: DeploymentBrief, lease: Lease | None) -> Iterator[Repair]:
    if lease is None or deployment.removed or lease.expires_at + REMEMBERED <= look.now:
        return
    reason = f"a run of {lease.purpose} died with the lease, which lapsed at {_utc(lease.expires_at)}"
    cause = f"lapsed {lease.holder} {lease.fence}"
    yield Repair(kind="reconcile", deployment=deployment.name, reason=reason, cause=cause)


def _wakes(
    look: Look, deployment: DeploymentBrief, endpoint: EndpointBrief | None, changes: tuple[PlanChange, ...]
) -> Iterator[Repair]:
    """By the watch's own question. What has been so for less than PATIENCE is left to the watch."""
    reason = wake_reason(look, deployment, endpoint, changes)
    if reason is None:
        return
    since = _since(look, deployment, endpoint)
    if since is not None and since + PATIENCE > look.now:
        return
    cause = f"sweep {look.now:%Y-%m-%dT%H} {reason}"
    yield Repair(kind="reconcile", deployment=deployment.name, reason=reason, cause=cause, news=since is not None)


def _since(look: Look, deployment: DeploymentBrief, endpoint: EndpointBrief | None) -> datetime | None:
    """Since when it waits to be looked at. None if lists don't say: new, removed, or one of its plans has changed."""
    if not deployment.reconciled:
        return None
    if deployment.due_at is not None and deployment.due_at <= look.now:
        return deployment.due_at
    if has_changed(deployment, endpoint):
        return endpoint.changed_at if endpoint else look.now
    return None


def _cleanings(fleet: Fleet) -> Iterator[Repair]:
    named = Named(
        deployments=fleet.look.deployments,
        endpoints=frozenset(each.name for each in fleet.look.endpoints),
        configs=fleet.configs,
        alarms=fleet.alarms,
        schedules=tuple(name for name in fleet.schedules if name not in fleet.moments),
    )
    for repair in leftovers(named):
        held = fleet.leases.get(staging_of(repair.deployment) if repair.kind == "clean_staging" else repair.deployment)
        if held is None or held.expires_at <= fleet.look.now:
            yield repair


def _quiet_until(fleet: Fleet) -> datetime:
    now = fleet.look.now
    later = [lease.expires_at for lease in fleet.leases.values()]
    later += [waiter.stored_at + PATIENCE for waiter in fleet.waiters]
    later += [each.changed_at + PATIENCE for each in fleet.look.endpoints if each.changed_at is not None]
    later += [each.due_at + PATIENCE for each in fleet.look.deployments if each.due_at is not None]
    return min((moment for moment in later if moment > now), default=now + timedelta(days=30))


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
