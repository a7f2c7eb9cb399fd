"""News of manifests and of decisions not to act."""

from collections.abc import Sequence
from datetime import datetime

from berth_core.announcements.announcement import Announcement, announcement

# An event may have 256 KiB in all: enough for these, and for more than a person reads at once.
MOST_PROBLEMS = 50
LONGEST_PROBLEM = 1000


def deployment_registered(*, deployment: str, at: datetime, reason: str, version: str) -> Announcement:
    """A manifest was taken; `version` is its S3 version id."""
    return announcement("Deployment Registered", deployment=deployment, at=at, reason=reason, version=version)


def deployment_rejected(
    *, deployment: str, at: datetime, reason: str, version: str, problems: Sequence[str]
) -> Announcement:
    """A manifest was not taken; the last valid one stays in force. `problems` are lines; 50 are told."""
    told = [problem[:LONGEST_PROBLEM] for problem in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        told.append(f"and {len(problems) - MOST_PROBLEMS} more")
    return announcement(
        "Deployment Rejected", deployment=deployment, at=at, reason=reason, version=version, problems=tuple(told)
    )


def decision_held(
    *, deployment: str, at: datetime, reason: str, code: str, next_at: datetime | None = None
) -> Announcement:
    """Nothing is done for now; `next_at` is when it is looked at again, if that is known."""
    return announcement("Decision Held", deployment=deployment, at=at, reason=reason, code=code, next_at=next_at)
