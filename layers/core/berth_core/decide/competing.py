"""Who goes first when a plan is too small for all that wait for it: the higher priority, then the name."""

from berth_core.facts import PlanSeen, Rival, Snapshot


def ahead_of_us(seen: Snapshot, plan: PlanSeen) -> tuple[Rival, ...]:
    """The others that wait for this plan, come before us, and fit into what is free of it, in their order.

    One that doesn't fit keeps nobody waiting: what it can't use would lie idle.
    """
    ours = _rank(seen.deployment.manifest.reservation.priority, seen.deployment.name)
    room = plan.available_count
    first: list[Rival] = []
    for rival in sorted(seen.rivals, key=lambda each: _rank(each.priority, each.name)):
        if rival.plan != plan.name or _rank(rival.priority, rival.name) > ours:
            continue
        if rival.instance_count <= room:
            room -= rival.instance_count
            first.append(rival)
    return tuple(first)


def _rank(priority: int, name: str) -> tuple[int, str]:
    return -priority, name
