"""When the way off a closing window has to begin.

Rungs are planned backwards from the moment at which all must be finished: the last rung starts twice its expected time
before that, the one before it twice its own time earlier, and so on. So a rung that fails leaves time for the next.
"""

from datetime import datetime, timedelta

from berth_core.durations import expected
from berth_core.facts import Block, Snapshot
from berth_core.model import Frozen, Time

MARGIN = 2
"""Times the expected duration that a rung is given."""


class Slot(Frozen):
    """One rung's place in time: its latest safe start, and when the next one has to begin."""

    rung: str
    start_by: Time
    finish_by: Time


def slots(seen: Snapshot, rungs: tuple[str, ...], finish_by: datetime, types_tried: int = 0) -> tuple[Slot, ...]:
    """The rungs in their order, each with its latest safe start; `types_tried` as in `time_for`."""
    planned: list[Slot] = []
    end = finish_by
    for rung in reversed(rungs):
        start = end - MARGIN * time_for(seen, rung, types_tried)
        planned.append(Slot(rung=rung, start_by=start, finish_by=end))
        end = start
    return tuple(reversed(planned))


def finish_by(seen: Snapshot, block: Block) -> datetime:
    """When nothing of ours may be on the block any more."""
    return block.ends_at - timedelta(minutes=seen.deployment.manifest.end_of_window.finish_before_minutes)


def time_for(seen: Snapshot, rung: str, types_tried: int = 0) -> timedelta:
    """How long a rung is expected to take; on-demand may have to try each instance type that it hasn't tried yet."""
    once = expected(rung, seen.attempts)
    allowed = seen.deployment.manifest.end_of_window.on_demand
    if rung != "on_demand" or allowed is None:
        return once
    return once * max(1, len(allowed.instance_types) - types_tried)
