"""News of plans and their windows."""

from datetime import datetime

from berth_core.announcements.announcement import Announcement, announcement


def training_plan_state_change(
    *,
    at: datetime,
    reason: str,
    plan: str,
    plan_arn: str,
    status: str,
    previous_status: str | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    deployment: str | None = None,
) -> Announcement:
    """A plan's status or a block's times changed, or it was seen for the first time (no `previous_status`).

    AWS has no such event. `deployment` is null for a plan that no manifest names.
    """
    return announcement(
        "Training Plan State Change",
        deployment=deployment,
        at=at,
        reason=reason,
        plan=plan,
        plan_arn=plan_arn,
        status=status,
        previous_status=previous_status,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def window_closing(
    *,
    deployment: str,
    at: datetime,
    reason: str,
    plan: str,
    ends_at: datetime,
    finish_by: datetime,
    next_plan: str | None = None,
    next_starts_at: datetime | None = None,
    gap_minutes: int | None = None,
    bridge: str | None = None,
) -> Announcement:
    """A block ends soon: the endpoint must be off it at `finish_by`.

    If the next one opens too late to move onto it, `gap_minutes` is how long nothing reserved serves, and `bridge` the
    rung that serves meanwhile; without a bridge nothing does.
    """
    return announcement(
        "Window Closing",
        deployment=deployment,
        at=at,
        reason=reason,
        plan=plan,
        ends_at=ends_at,
        finish_by=finish_by,
        next_plan=next_plan,
        next_starts_at=next_starts_at,
        gap_minutes=gap_minutes,
        bridge=bridge,
    )


def handover_completed(
    *, deployment: str, at: datetime, reason: str, decision_id: str, rung: str, target: str, plan: str | None = None
) -> Announcement:
    """The endpoint is off the closing window; `rung` is how, `target` the config it is on now or `absent`."""
    return announcement(
        "Handover Completed",
        deployment=deployment,
        at=at,
        reason=reason,
        decision_id=decision_id,
        endpoint=deployment,
        rung=rung,
        target=target,
        plan=plan,
    )


def handover_failed(
    *, deployment: str, at: datetime, reason: str, code: str, tried: tuple[str, ...], plan: str | None = None
) -> Announcement:
    """No rung worked in time: the endpoint stops serving when the block ends, unless a person helps."""
    return announcement(
        "Handover Failed",
        deployment=deployment,
        at=at,
        reason=reason,
        code=code,
        endpoint=deployment,
        tried=tried,
        plan=plan,
    )
