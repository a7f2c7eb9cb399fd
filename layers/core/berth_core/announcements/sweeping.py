"""News of the sweep."""

from datetime import datetime

from berth_core.announcements.announcement import Announcement, announcement


def fleet_swept(*, at: datetime, reason: str, repaired: tuple[str, ...], failed: tuple[str, ...]) -> Announcement:
    """Something was put right that events and the watch had missed, or could not be. Each is a line."""
    return announcement("Fleet Swept", deployment=None, at=at, reason=reason, repaired=repaired, failed=failed)
