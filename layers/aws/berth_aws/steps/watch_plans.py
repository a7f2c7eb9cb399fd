"""The watch: AWS has no event for a training plan, so a look at everything, now and then, has to find what changed."""

from collections.abc import Mapping
from datetime import datetime

from berth_aws import clients
from berth_aws.bus import announce
from berth_aws.executions import start_reconcile
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import list_endpoints, list_plans
from berth_aws.schedules import Wakeup, drop_schedule, keep_schedule
from berth_aws.unread_manifests import Bucket, hand_on_unread
from berth_core.announcements import Announcement, training_plan_state_change, window_closing
from berth_core.decide.moments import SCHEDULE_PRECISION, Moment
from berth_core.decide.watch import (
    Closing,
    Look,
    PlanChange,
    Wake,
    WatchPlan,
    decide_watch,
)
from berth_core.model import Frozen, Time


class Watched(Frozen):
    """`quiet_until`: if nothing else changes, the next watch before then has nothing to do."""

    quiet_until: Time
    woken: tuple[str, ...]
    announced: int
    unread: tuple[str, ...] = ()


class Place(Frozen):
    """Where things are."""

    event_bus: str
    reconcile_arn: str
    schedule_group: str
    schedule_role_arn: str
    schedule_target_arn: str
    schedule_dlq_arn: str
    manifest_bucket: str
    register_arn: str

    @property
    def wakeup(self) -> Wakeup:
        return Wakeup(
            group=self.schedule_group,
            target_arn=self.schedule_target_arn,
            role_arn=self.schedule_role_arn,
            dlq_arn=self.schedule_dlq_arn,
        )

    @property
    def bucket(self) -> Bucket:
        return Bucket(name=self.manifest_bucket, reader_arn=self.register_arn)


def watch_plans(lead_minutes: tuple[int, ...], place: Place, ledger: Ledger, now: datetime) -> Watched:
    """Three lists and one query, however many endpoints there are; changes only what differs from the last watch.

    The plan rows come after what they stand for: a watch that dies before them is repeated by the next one. So news may
    come twice, and a deployment be woken twice, but neither is lost. The manifests come last: whatever is wrong with
    their bucket, the plans were seen to.
    """
    sagemaker = clients.shared("sagemaker")
    known = ledger.overview()
    look = Look(
        now=now,
        lead_minutes=lead_minutes,
        plans=list_plans(sagemaker),
        rows=known.plans,
        endpoints=list_endpoints(sagemaker),
        deployments=known.deployments,
    )
    plan = decide_watch(look)
    woken = tuple(wake.deployment for wake in plan.wakes if _wake(wake, place, now))
    _keep_schedules(plan.moments, known.schedules, place.wakeup, ledger, now)
    announced = _announce(look, plan, place)
    ledger.plans.keep(plan.rows)
    unread = hand_on_unread(place.bucket, known, ledger, now)
    return Watched(quiet_until=now if unread else plan.quiet_until, woken=woken, announced=announced, unread=unread)


def _wake(wake: Wake, place: Place, now: datetime) -> bool:
    # A schedule and the periodic watch may fire in the same minute: they are one cause.
    cause = f"watch {now:%Y-%m-%dT%H:%M} {wake.reason}"
    return start_reconcile(clients.shared("stepfunctions"), place.reconcile_arn, wake.deployment, cause)


def _keep_schedules(
    wanted: tuple[Moment, ...], made: Mapping[str, datetime], wakeup: Wakeup, ledger: Ledger, now: datetime
) -> None:
    # One that is about to fire is left to fire; one that has fired deleted itself.
    firing = {name for name, at in made.items() if now < at <= now + SCHEDULE_PRECISION}
    for moment in wanted:
        if moment.name not in firing and made.get(moment.name) != moment.at:
            keep_schedule(clients.shared("scheduler"), wakeup, moment, now)
            ledger.moments.keep(moment)
    names = {moment.name for moment in wanted} | firing
    for name, at in made.items():
        if name in names:
            continue
        if at > now:
            drop_schedule(clients.shared("scheduler"), wakeup.group, name)
        ledger.moments.forget(name)


def _announce(look: Look, plan: WatchPlan, place: Place) -> int:
    news = [news for change in plan.changes for news in _changed(look, change)]
    news += [_closing(look.now, closing) for closing in plan.closings]
    return announce(clients.shared("events"), [each.as_entry(place.event_bus) for each in news]) if news else 0


def _changed(look: Look, change: PlanChange) -> list[Announcement]:
    """Once for each deployment that names the plan or stands on it, or once for none."""
    seen = change.plan
    concerned: list[str | None] = [
        each.name for each in look.deployments if seen.name in each.plans or seen.name == each.placed_on
    ]
    return [
        training_plan_state_change(
            deployment=deployment,
            at=look.now,
            reason=f"plan {seen.name}: {change.what}",
            plan=seen.name,
            plan_arn=seen.arn,
            status=seen.status,
            previous_status=change.previous_status,
            starts_at=min((block.starts_at for block in seen.blocks), default=None),
            ends_at=max((block.ends_at for block in seen.blocks), default=None),
        )
        for deployment in concerned or [None]
    ]


def _closing(now: datetime, closing: Closing) -> Announcement:
    gap = closing.interruption
    reason = f"the window of plan {closing.plan} closes at {closing.closes_at:%Y-%m-%d %H:%M} UTC"
    return window_closing(
        deployment=closing.deployment,
        at=now,
        reason=f"{reason}; {gap.text}" if gap else reason,
        plan=closing.plan,
        ends_at=closing.closes_at,
        finish_by=closing.finish_by,
        next_plan=gap.next_plan if gap else None,
        next_starts_at=gap.ends_at if gap else None,
        gap_minutes=gap.minutes if gap else None,
        bridge=gap.bridge if gap else None,
    )
