"""Copies that were asked for and found no instance. InService says nothing of them (aws-facts 3.1)."""

from datetime import timedelta

from berth_core.decide.arranging import alive
from berth_core.decide.intent import Intent
from berth_core.decide.standing_on import plan_under
from berth_core.decisions import Hold
from berth_core.facts import IN_TRANSITION, ComponentSeen, Snapshot

WAITING_FOR_ROOM = "WaitingForRoom"
ROOM_LOOKS = timedelta(minutes=5)
"""Copies, plans and instances come and go, and no event tells of room."""


def lacking(seen: Snapshot) -> tuple[ComponentSeen, ...]:
    """Ours that have fewer copies than they should, and for which SageMaker looks no further."""
    if seen.endpoint is None or seen.endpoint.status != "InService":
        return ()
    found = (each for each in alive(seen).values() if each.status not in IN_TRANSITION)
    return tuple(each for each in found if each.current_copies < each.desired_copies)


def wait_for_room(seen: Snapshot, _intent: Intent) -> Hold | None:
    """SageMaker places them when there is room, if ever. Meanwhile they are neither idle nor as wanted, and who is
    idle on the same plan gives way (competing.py)."""
    short = lacking(seen)
    if not short:
        return None
    plan = plan_under(seen)
    where = f"plan {plan.name} has {plan.available_count} of {plan.total_count} free" if plan else "none on on-demand"
    names = ", ".join(each.name for each in short)
    text = f"SageMaker found no instance for all copies of {names}: {where}"
    return Hold(code=WAITING_FOR_ROOM, reason=text, next_at=seen.now + ROOM_LOOKS)
