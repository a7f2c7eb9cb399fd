"""What is told of a release: one announcement for each of its outcomes."""

import json
from datetime import datetime

from berth_core import announcements as news
from berth_core.announcements import Announcement
from berth_core.releases import ReleaseOutcome


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
    deployment: str, outcome: ReleaseOutcome, token: str, now: datetime, expires_at: datetime
) -> Announcement:
    """Somebody is asked for a yes, with the very command that gives it."""
    command = answering("approve", outcome.release_id, token)
    return news.release_approval_requested(
        deployment=deployment,
        at=now,
        reason=f"{outcome.summary}. No answer until {expires_at:%Y-%m-%d %H:%M} UTC means no. "
        f"To say yes: {command} (to say no: reject for approve)",
        release_id=outcome.release_id,
        model=outcome.model,
        expires_at=expires_at,
        command=command,
        task_token=token,
    )


def answering(decision: str, release_id: str, token: str) -> str:
    """A line for a shell. It signs with the name of whoever runs it."""
    payload = json.dumps({"decision": decision, "release_id": release_id, "who": "WHO"})
    signed = payload.replace('"WHO"', '"\'"$(whoami)"\'"')
    return f"aws stepfunctions send-task-success --task-token '{token}' --task-output '{signed}'"
