"""News of a release: tried out, gone to production, or not."""

from datetime import datetime

from berth_core.announcements.announcement import Announcement, announcement


def release_checked(
    *, deployment: str, at: datetime, reason: str, release_id: str, model: str, place: str, checks: tuple[str, ...]
) -> Announcement:
    """A model passed its checks on staging. Production doesn't have it yet."""
    return announcement(
        "Release Checked",
        deployment=deployment,
        at=at,
        reason=reason,
        release_id=release_id,
        model=model,
        place=place,
        checks=checks,
    )


def release_approval_requested(
    *,
    deployment: str,
    at: datetime,
    reason: str,
    release_id: str,
    model: str,
    expires_at: datetime,
    command: str,
    task_token: str,
) -> Announcement:
    """Somebody has to say yes to this release, before `expires_at`. No answer means no. `command` says yes."""
    return announcement(
        "Release Approval Requested",
        deployment=deployment,
        at=at,
        reason=reason,
        release_id=release_id,
        model=model,
        expires_at=expires_at,
        command=command,
        task_token=task_token,
    )


def release_promoted(*, deployment: str, at: datetime, reason: str, release_id: str, model: str) -> Announcement:
    """Production serves a model that passed its checks."""
    return announcement(
        "Release Promoted", deployment=deployment, at=at, reason=reason, release_id=release_id, model=model
    )


def release_failed(
    *,
    deployment: str,
    at: datetime,
    reason: str,
    code: str,
    release_id: str,
    model: str,
    checks: tuple[str, ...],
) -> Announcement:
    """A model didn't get to production: production is as it was, unless a rotation's own news says otherwise."""
    return announcement(
        "Release Failed",
        deployment=deployment,
        at=at,
        reason=reason,
        code=code,
        release_id=release_id,
        model=model,
        checks=checks or None,
    )
