"""When to look again at an endpoint that is well, but not at home: a full plan gets free without any event."""

from datetime import datetime

from berth_core.decide.awaiting import awaited
from berth_core.decide.ladder import closings
from berth_core.decide.placing import NoPlace, look_at
from berth_core.facts import PlanStatus, Snapshot


def home_looks_at(seen: Snapshot) -> datetime | None:
    """When a plan that has no room now, but is open, is worth another look; None if there is none to wait for."""
    names = [plan.name for plan in seen.plans if plan.status is PlanStatus.ACTIVE and plan.name in awaited(seen)]
    answers = [look_at(seen, name, closings(seen)) for name in names]
    waits = [each.next_at for each in answers if isinstance(each, NoPlace) and each.next_at]
    return min(waits, default=None)
