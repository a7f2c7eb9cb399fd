"""The world if AWS does just what was decided, and nothing goes wrong: a small pure model of it."""

from datetime import datetime, timedelta
from typing import Any

from berth_core.decide.forbidding import target_of
from berth_core.decisions import BeginPurchase, Change, Deploy, HandOver, Resize, Rotate, Scale, TakeOver, Tidy
from berth_core.facts import (
    AlarmSeen,
    Attempt,
    ComponentSeen,
    ConfigSeen,
    EndpointSeen,
    OnDemandUse,
    PlanSeen,
    ScalingSeen,
    Snapshot,
    VariantSeen,
)
from berth_core.ordering import PurchaseRequest, order_of_manifest
from berth_core.purchases import Purchase
from tests.builders import STACK_TAGS

TAKES = timedelta(minutes=4)


def done(seen: Snapshot, decision: Change | TakeOver | BeginPurchase) -> Snapshot:
    """What is seen four minutes later; at once, if nothing was asked of the endpoint."""
    if isinstance(decision, TakeOver):
        return seen.model_copy(update={"lease": None})
    if isinstance(decision, BeginPurchase):
        return seen.model_copy(update={"purchases": (_begun(seen, decision), *seen.purchases)})
    later = seen.model_copy(update={"now": seen.now + TAKES, "attempts": (_remembered(seen, decision), *seen.attempts)})
    if isinstance(decision, Tidy):
        return later
    if isinstance(decision, Scale):
        return _scaled(later, decision)
    if isinstance(decision, Resize):
        return _resized(later, decision.instance_count)
    return _moved(later, decision) if decision.config else _deleted(later)


def _begun(seen: Snapshot, decision: BeginPurchase) -> Purchase:
    request = PurchaseRequest.model_validate(decision.request)
    return Purchase(
        order=order_of_manifest(request, seen.deployment, seen.plans, None),
        request_id=decision.id,
        holder=decision.id,
        begun_at=seen.now,
        lapses_at=seen.now + timedelta(days=3),
    )


def _remembered(seen: Snapshot, decision: Change) -> Attempt:
    config = getattr(decision, "config", None)
    given: dict[str, Any] = {
        "kind": decision.kind,
        "rung": getattr(decision, "rung", None),
        "target": target_of(decision),
        "started_at": seen.now,
        "ended_at": seen.now + TAKES,
        "done": True,
        "plan_arn": config.plan_arn if config else None,
        "left": getattr(decision, "left", None),
        "replaced": getattr(decision, "replaced", None),
    }
    return Attempt.model_validate(given)


def _moved(seen: Snapshot, decision: Deploy | Rotate | HandOver) -> Snapshot:
    """Whatever components there are come along, but for those that a deletion takes away."""
    spec = decision.config
    assert spec is not None
    anew = decision.action in ("create", "replace")
    kept = () if anew else seen.components
    parks = decision.kind == "hand_over" and decision.rung == "scale_to_zero"
    if parks:
        kept = tuple(each.model_copy(update={"desired_copies": 0, "current_copies": 0}) for each in kept)
    copies = sum(each.current_copies for each in kept)
    count = spec.instance_count if spec.serves == "model" or copies or (spec.plan_arn and not parks) else 0
    variant = VariantSeen(name="main", current_count=count, desired_count=count, plan_arn=spec.plan_arn)
    given = spec.model_dump(exclude={"serves"})
    endpoint = EndpointSeen(
        name=seen.deployment.name,
        arn=f"arn:aws:sagemaker:us-east-1:111122223333:endpoint/{seen.deployment.name}",
        status="InService",
        config_name=spec.name,
        variants=(variant,),
        config=ConfigSeen.model_validate(given),
        tags=STACK_TAGS if anew or seen.endpoint is None else seen.endpoint.tags,
        changed_at=seen.now,
    )
    gone = {"components": kept, **({"scaling": (), "alarms": ()} if anew else {})}
    moved = seen.model_copy(update={"endpoint": endpoint, "plans": _used(seen, endpoint), **gone})
    return _paid(moved, hop=decision.kind == "rotate" and decision.rung == "hop")


def _resized(seen: Snapshot, count: int) -> Snapshot:
    assert seen.endpoint is not None
    variants = tuple(
        each.model_copy(update={"current_count": count, "desired_count": count}) for each in seen.endpoint.variants
    )
    endpoint = seen.endpoint.model_copy(update={"variants": variants, "changed_at": seen.now})
    resized = seen.model_copy(update={"endpoint": endpoint})
    return _paid(resized.model_copy(update={"plans": _used(seen, endpoint)}), hop=False)


def _scaled(seen: Snapshot, decision: Scale) -> Snapshot:
    before = {each.name: each for each in seen.components if each.ours}
    kept = [_component(before.get(spec.name), spec) for spec in decision.components]
    theirs = [each for each in seen.components if not each.ours]
    known = {(each.kind, each.component): each for each in seen.alarms}
    scaled = seen.model_copy(
        update={
            "components": (*kept, *theirs),
            "scaling": tuple(
                ScalingSeen.model_validate(spec.model_dump(exclude={"idle_minutes"}))
                for spec in decision.scaling
                if spec.wakes or spec.target_concurrency
            ),
            "alarms": tuple(each for spec in decision.scaling for each in _alarms(spec, known, seen.now)),
        }
    )
    assert seen.endpoint is not None
    empty = not sum(each.current_copies for each in scaled.components)
    if seen.endpoint.plan_arn is not None:
        return scaled
    most = seen.endpoint.config.instance_count if seen.endpoint.config else 1
    return _resized(scaled, 0 if empty else most or 1)


def _component(there: ComponentSeen | None, spec: Any) -> ComponentSeen:
    copies = spec.copies if spec.copies is not None else (there.desired_copies if there else 0)
    return ComponentSeen(
        name=spec.name,
        status="InService",
        desired_copies=copies,
        current_copies=copies,
        ours=True,
        model=spec.model,
        accelerators=spec.accelerators,
        memory_mb=spec.memory_mb,
    )


def _alarms(spec: Any, known: dict[Any, AlarmSeen], now: datetime) -> list[AlarmSeen]:
    """An alarm that is as it was keeps its state; a new one says nothing yet."""
    minutes = {"wake": 0.5 if spec.wakes else None, "idle": spec.idle_minutes}
    found: list[AlarmSeen] = []
    for kind, each in minutes.items():
        there = known.get((kind, spec.component))
        if each is not None and there is not None and there.minutes == each:
            found.append(there)
        elif each is not None:
            given = {"kind": kind, "component": spec.component, "minutes": each, "since": now}
            found.append(AlarmSeen.model_validate({**given, "state": "INSUFFICIENT_DATA"}))
    return found


def _deleted(seen: Snapshot) -> Snapshot:
    nothing: dict[str, Any] = {"endpoint": None, "components": (), "scaling": (), "alarms": ()}
    return _paid(seen.model_copy(update={**nothing, "plans": _used(seen, None)}), hop=False)


def _used(seen: Snapshot, endpoint: EndpointSeen | None) -> tuple[PlanSeen, ...]:
    """What we held is free again, and what we hold now is in use."""
    before = seen.endpoint
    found: list[PlanSeen] = []
    for each in seen.plans:
        freed = before.instance_count if before and before.plan_arn == each.arn else 0
        taken = endpoint.instance_count if endpoint and endpoint.plan_arn == each.arn else 0
        free = max(0, min(each.total_count, each.available_count + freed) - taken)
        found.append(each.model_copy(update={"available_count": free, "in_use_count": each.total_count - free}))
    return tuple(found)


def _paid(seen: Snapshot, *, hop: bool) -> Snapshot:
    """A stay on on-demand runs as long as there is an instance that isn't reserved."""
    endpoint = seen.endpoint
    pays = endpoint is not None and endpoint.plan_arn is None and endpoint.instance_count > 0
    if endpoint is None or not pays:
        ended = [each if each.ended_at else each.model_copy(update={"ended_at": seen.now}) for each in seen.on_demand]
        return seen.model_copy(update={"on_demand": tuple(ended)})
    if any(each.ended_at is None for each in seen.on_demand):
        return seen
    assert endpoint.config is not None
    begun = OnDemandUse(
        instance_type=endpoint.config.instance_type or "",
        instance_count=endpoint.instance_count,
        started_at=seen.now - TAKES,
        hop=hop,
    )
    return seen.model_copy(update={"on_demand": (*seen.on_demand, begun)})
