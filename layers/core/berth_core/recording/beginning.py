"""Since when what is seen counts. Runs that look at the same time say the same, so that their rows are one row."""

from collections.abc import Iterable
from datetime import datetime

from berth_core.facts import EndpointSeen, Snapshot


def began_at(seen: Snapshot, endpoint: EndpointSeen, ended: Iterable[datetime | None]) -> datetime:
    """Since the endpoint's last change, under the manifest in force, and since the end of what was counted before."""
    moments = (endpoint.changed_at or seen.now, seen.deployment.registered_at, *ended)
    return max(moment for moment in moments if moment is not None)
