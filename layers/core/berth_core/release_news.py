"""What is told of a release: one announcement for each of its outcomes."""

from datetime import datetime

from berth_core import announcements as news
from berth_core.announcements import Announcement
from berth_core.releases import ReleaseApproval, ReleaseOutcome
from berth_core.shell_lines import task_success


def release_news(deployment: str, outcome: ReleaseOutcome) -> Announcement:
    """Of a release that ended, or that passed its checks. `again` is no end: nobody is told of it."""
    if outcome.kind == "passed":
        return news.release_checked(
            deployment=deployment,
            at=outcome.ended_at,
            reason=outcome.reason,
            release_id=outcome.release_id,
            model=outcome.model,
            place=outcome.place,
            checks=outcome.checks,
        )
    if outcome.kind == "promoted":
        return news.release_promoted(
            deployment=deployment,
            at=outcome.ended_at,
            reason=outcome.reason,
            release_id=outcome.release_id,
            model=outcome.model,
        )
    return news.release_failed(
        deployment=deployment,
        at=outcome.ended_at,
        reason=outcome.reason,
        code=outcome.code,
        release_id=outcome.release_id,
        model=outcome.model,
        checks=outcome.checks,
    )


def release_asked_for(
    deployment: str, model: str, approval: ReleaseApproval, at: datetime, *, reminder: bool
) -> Announcement:
    """Somebody is asked for a yes, with the very command that gives it."""
    command = answering("approve", approval.release_id, approval.token)
    return news.release_approval_requested(
        deployment=deployment,
        at=at,
        reason=f"{'reminder: ' if reminder else ''}{approval.seen}. "
        f"No answer until {approval.expires_at:%Y-%m-%d %H:%M} UTC means no. "
        f"To say yes: {command} (to say no: reject for approve)",
        release_id=approval.release_id,
        model=model,
        expires_at=approval.expires_at,
        command=command,
        task_token=approval.token,
    )


def answering(decision: str, release_id: str, token: str) -> str:
    """A line for a shell. It signs with the name of whoever runs it."""
    return task_success(token, {"decision": decision, "release_id": release_id})
