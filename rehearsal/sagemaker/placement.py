"""Which host takes a copy, and how many hosts a set of copies needs. Nothing here has a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rehearsal.sagemaker.component import Component, Copy, Host, room_needed
from rehearsal.sagemaker.instance_shapes import NOTHING, Room, room_of


def used(host: Host, components: Iterable[Component]) -> Room:
    """What the copies on a host take of it, those included that come or go."""
    taken = NOTHING
    for component in components:
        for copy in component.copies:
            taken = taken + room_needed(copy.spec) if copy.host is host else taken
    return taken


def fits(host: Host, needed: Room, components: Iterable[Component]) -> bool:
    return room_of(host.instance_type).holds(used(host, components) + needed)


def chosen(
    hosts: Sequence[Host], component: Component, needed: Room, binpack: bool, components: Sequence[Component]
) -> Host | None:
    """Instances that are up come first. SPREAD takes the one with the fewest copies of the component, BINPACK the most.

    SPREAD without a SchedulingConfig is an assumption.
    """
    possible = [host for host in hosts if host.variant == component.variant and fits(host, needed, components)]
    sign = -1 if binpack else 1

    def rank(host: Host) -> tuple[bool, float, float, int]:
        own = sum(copy.host is host for copy in component.copies)
        taken = used(host, components)
        return (not host.up, sign * own, sign * taken.accelerators, host.number)

    return min(possible, key=rank, default=None)


def is_binpack(component: Component) -> bool:
    scheduling = component.spec.get("SchedulingConfig", {})
    return bool(scheduling.get("PlacementStrategy") == "BINPACK")


def leaving_first(copies: Sequence[Copy], components: Sequence[Component]) -> list[Copy]:
    """Copies in the order in which they go when there are too many: from the emptiest instance, the youngest first."""

    def rank(indexed: tuple[int, Copy]) -> tuple[bool, float, int]:
        index, copy = indexed
        return (copy.ready, used(copy.host, components).accelerators, -index)

    return [copy for _, copy in sorted(enumerate(copies), key=rank)]


def hosts_needed(instance_type: str | None, copies: Iterable[Room]) -> int:
    """Instances for all these copies, each on the first one that has room; a copy that fits nowhere counts none."""
    whole = room_of(instance_type)
    taken: list[Room] = []
    for needed in sorted(copies, key=lambda room: (-room.accelerators, -room.memory_mb)):
        place = next((index for index, one in enumerate(taken) if whole.holds(one + needed)), None)
        if place is not None:
            taken[place] = taken[place] + needed
        elif whole.holds(needed):
            taken.append(needed)
    return len(taken)
