"""How far a component may scale by itself, so that the others find room for the copies that they are declared with.

SageMaker places copies where there is room, and whoever comes later finds none (aws-facts 3.1): copies that don't fit
would be asked for in vain, and the next move of the endpoint could place them first, and leave another one out.
"""

from berth_core.accelerators import accelerators_of
from berth_core.decide.orders import Order
from berth_core.facts import Snapshot
from berth_core.manifest import Component


def most_copies(seen: Snapshot, component: Component, order: Order) -> int:
    """As many as fit beside the others' declared copies, and as are ordered; never more than the manifest's."""
    fit = _fit(seen, component)
    if fit is None:
        return component.max_copies
    return min(component.max_copies, max(1, fit, component.copies, order.copies_of(component)))


def _fit(seen: Snapshot, component: Component) -> int | None:
    """None if nobody can count the accelerators. Memory isn't counted: what a type has for models isn't published."""
    live = seen.endpoint.config if seen.endpoint else None
    each = accelerators_of(live.instance_type) if live else None
    if live is None or each is None:
        return None
    free = [each] * (live.instance_count or 0)
    others = [other for other in seen.deployment.manifest.components or () if other.name != component.name]
    for other in sorted(others, key=lambda one: -one.accelerators):
        for _ in range(other.copies):
            _place(free, other.accelerators)
    return sum(left // component.accelerators for left in free)


def _place(free: list[int], accelerators: int) -> None:
    """On the fullest instance that has room; one that fits nowhere takes nothing."""
    fitting = [(left, number) for number, left in enumerate(free) if left >= accelerators]
    if fitting:
        free[min(fitting)[1]] -= accelerators
