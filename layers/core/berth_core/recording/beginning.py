"""Since when what is seen counts. Runs that look at the same time say the same, so that their rows are one row."""

from collections.abc import Iterable
from datetime import datetime

from berth_core.facts import EndpointSeen, Snapshot
from berth_core.naming import is_config_of
from berth_core.recording.happened import Happened
from berth_core.recording.late import CHANGES

NOT_OURS = "WaitingForAdoption"


def began_at(happened: Happened, seen: Snapshot, endpoint: EndpointSeen, ended: Iterable[datetime | None]) -> datetime:
    """Since the endpoint's last change, under the manifest in force, and since the end of what was counted before.

    What was handed over to us counts from the look that finds it ours: no tag tells when it came.
    """
    if _was_handed_over(happened, seen, endpoint):
        return seen.now
    moments = (endpoint.changed_at or seen.now, seen.deployment.registered_at, *ended)
    return max(moment for moment in moments if moment is not None)


def _was_handed_over(happened: Happened, seen: Snapshot, endpoint: EndpointSeen) -> bool:
    """The last look found it somebody else's; or it is on a config of somebody else's, and nothing that we did left an
    endpoint here that they could have changed."""
    code, why = happened.last_hold or ("", "")
    if code == NOT_OURS and why.startswith(f"endpoint {endpoint.name} "):
        return True  # a component that isn't ours is waited for under the same code
    if is_config_of(seen.deployment.name, endpoint.config_name):
        return False
    last = next((each for each in seen.attempts if each.done and each.kind in CHANGES), None)
    return last is None or last.target == "delete"
