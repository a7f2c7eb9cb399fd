"""The endpoint's inference components as the manifest wants them, and how each scales by itself."""

from berth_core.decide.orders import Order
from berth_core.decide.sharing import most_copies
from berth_core.decisions import ComponentSpec, ScalingSpec
from berth_core.facts import ComponentSeen, Snapshot
from berth_core.manifest import Component

FAILED = "Failed"
SUSPENDED = 2
"""Where a scalable target's tuple says it."""
Scaled = tuple[tuple[object, ...] | None, bool, float | None]
"""The scalable target with its policies, whether a refused call wakes, and the minutes of the idle alarm."""


def declared(seen: Snapshot) -> tuple[Component, ...]:
    """The manifest's components; none if it has a model."""
    return seen.deployment.manifest.components or ()


def ours(seen: Snapshot) -> dict[str, ComponentSeen]:
    """The components that we made, by name. What others put on the endpoint isn't ours to count or to change."""
    return {each.name: each for each in seen.components if each.ours}


def alive(seen: Snapshot) -> dict[str, ComponentSeen]:
    """Ours that have not Failed: one that has serves nobody, whatever copies it should have."""
    return {name: each for name, each in ours(seen).items() if each.status != FAILED}


def strangers(seen: Snapshot) -> tuple[str, ...]:
    """Components of the manifest's names on this endpoint that we didn't make."""
    names = {each.name for each in declared(seen)}
    return tuple(each.name for each in seen.components if each.name in names and not each.ours)


def failed(seen: Snapshot) -> tuple[str, ...]:
    """The declared components that SageMaker couldn't bring up, in words."""
    there = ours(seen)
    return tuple(_failure(there[each.name]) for each in declared(seen) if _has_failed(there.get(each.name)))


def deletes(order: Order) -> bool:
    """Zero copies by deleting: nothing is left to wake."""
    return order.parks and order.method == "delete_and_recreate"


def component_specs(seen: Snapshot, order: Order, *, moves_copies: bool) -> tuple[ComponentSpec, ...]:
    """All that shall be there. What runs keeps its copies, unless the order is to be carried out now.

    SageMaker makes no component without a copy, so one that may not have any isn't made before it may.
    """
    if deletes(order):
        return ()
    there = ours(seen)
    return tuple(
        ComponentSpec(
            name=each.name,
            model=each.model,
            accelerators=each.accelerators,
            memory_mb=each.memory_mb,
            copies=order.copies_of(each) if moves_copies or _is_new(there.get(each.name)) else None,
        )
        for each in declared(seen)
        if not (order.strict and _is_new(there.get(each.name)))
    )


def scaling_specs(seen: Snapshot, order: Order, specs: tuple[ComponentSpec, ...]) -> tuple[ScalingSpec, ...]:
    """Auto scaling as it shall be once the copies of `specs` are there: none if the manifest asks for none."""
    scaling = seen.deployment.manifest.scaling
    if scaling is None:
        return ()
    copies = {spec.name: _copies(seen, spec) for spec in specs}
    return tuple(
        ScalingSpec(
            component=each.name,
            min_copies=_fewest(each, copies[each.name], keeps_one=scaling.idle is not None or _is_reserved(seen)),
            max_copies=most_copies(seen, each, order),
            suspended=order.strict,
            target_concurrency=scaling.target_concurrency,
            # An alarm that wakes nothing would only fire with every refused call.
            wakes=scaling.wake and not order.strict,
            idle_minutes=scaling.idle.minutes if scaling.idle else None,
        )
        for each in declared(seen)
        if each.name in copies
    )


def _copies(seen: Snapshot, spec: ComponentSpec) -> int:
    there = ours(seen).get(spec.name)
    if spec.copies is not None:
        return spec.copies
    return there.desired_copies if there else 0


def _is_reserved(seen: Snapshot) -> bool:
    return seen.endpoint is not None and seen.endpoint.plan_arn is not None


def _fewest(component: Component, copies: int, *, keeps_one: bool) -> int:
    """The target's minimum. More than there are would be brought up by the very registration (aws-facts 3.2).

    On a reservation, and where the manifest says when to park, target tracking doesn't take the last copy away by
    itself: it knows neither what is paid for nor the break-even.
    """
    return min(copies, max(component.min_copies, 1 if keeps_one else 0))


def differences(seen: Snapshot, specs: tuple[ComponentSpec, ...], scaling: tuple[ScalingSpec, ...]) -> tuple[str, ...]:
    """What is not as it shall be, in words."""
    there = ours(seen)
    wanted = {spec.name for spec in specs}
    found = [_difference(spec, there.get(spec.name)) for spec in specs]
    found += [f"{name} is not in the manifest any more" for name in there if name not in wanted]
    found += scaling_differences(seen, scaling)
    return tuple(each for each in found if each)


def _difference(spec: ComponentSpec, there: ComponentSeen | None) -> str:
    if there is None:
        return f"{spec.name} is not there"
    if there.status == FAILED:
        return "" if spec.copies == 0 else _failure(there)
    if there.model != spec.model:
        return f"{spec.name} serves {there.model}, {spec.model} is wanted"
    found = f"{there.accelerators or 0:g} accelerators and {there.memory_mb} MB"
    wanted = f"{spec.accelerators:g} accelerators and {spec.memory_mb} MB"
    if found != wanted:
        return f"{spec.name} has {found}, wanted: {wanted}"
    if spec.copies is not None and there.desired_copies != spec.copies:
        return f"{spec.name} has {there.desired_copies} copies, wanted: {spec.copies}"
    return ""


def scaling_differences(seen: Snapshot, scaling: tuple[ScalingSpec, ...]) -> list[str]:
    """How the scaling that was seen differs from what is wanted, in words."""
    registered = {each.component: each for each in seen.scaling}
    alarms = {(each.kind, each.component): each.minutes for each in seen.alarms}
    found = [
        _scaling_difference(spec.component, wanted, there)
        for spec in scaling
        if (wanted := _wanted_scaling(spec)) != (there := _seen_scaling(spec.component, registered, alarms))
    ]
    known = {*registered, *(component for _, component in alarms)} & ours(seen).keys()
    over = known - {spec.component for spec in scaling}
    return found + [f"the scaling of {name} is not wanted" for name in sorted(over)]


def _scaling_difference(component: str, wanted: Scaled, there: Scaled) -> str:
    """The number of copies in words, as that is what a call or a schedule changes."""
    to_be, as_is = wanted[0], there[0]
    if to_be is not None and as_is is not None and to_be[SUSPENDED] != as_is[SUSPENDED]:
        return f"{component} {'may not scale by itself any more' if to_be[SUSPENDED] else 'may scale by itself again'}"
    if to_be is None or as_is is None or wanted[1:] != there[1:] or to_be[:2] == as_is[:2]:
        return f"the scaling of {component} is not as wanted"
    return f"{component} scales between {as_is[0]} and {as_is[1]} copies, wanted: {to_be[0]} to {to_be[1]}"


def _wanted_scaling(spec: ScalingSpec) -> Scaled:
    concurrency = spec.target_concurrency
    scales = concurrency is not None or spec.wakes
    target = (spec.min_copies, spec.max_copies, spec.suspended, concurrency, spec.wakes) if scales else None
    return target, spec.wakes, spec.idle_minutes


def _seen_scaling(component: str, registered: dict, alarms: dict) -> Scaled:  # type: ignore[type-arg]
    there = registered.get(component)
    target = (
        (there.min_copies, there.max_copies, there.suspended, there.target_concurrency, there.wakes) if there else None
    )
    return target, ("wake", component) in alarms, alarms.get(("idle", component))


def _is_new(there: ComponentSeen | None) -> bool:
    """A Failed component takes no update that helps: it is made anew."""
    return there is None or _has_failed(there)


def _has_failed(there: ComponentSeen | None) -> bool:
    return there is not None and there.status == FAILED


def _failure(there: ComponentSeen) -> str:
    return f"{there.name} Failed ({there.failure_reason or 'no reason given'})"
