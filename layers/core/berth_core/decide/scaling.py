"""Copies of inference components: as declared, as ordered, and none when nobody calls and that saves something."""

from datetime import datetime, timedelta

from berth_core.decide.arranging import (
    alive,
    component_specs,
    declared,
    differences,
    failed,
    ours,
    scaling_specs,
    strangers,
)
from berth_core.decide.idleness import forecast, idle_since
from berth_core.decide.intent import Intent
from berth_core.decide.lacking import ROOM_LOOKS
from berth_core.decide.ladder import closing_slots
from berth_core.decide.orders import BY_HAND, UNPAID, Order, is_carried_out, order_in_force, wake_time
from berth_core.decide.replacing import Replaced, replaced
from berth_core.decide.standing_on import block_under, plan_under, variant_under
from berth_core.decisions import Hold, Refuse, Scale
from berth_core.durations import expected
from berth_core.facts import IN_TRANSITION, ComponentSeen, Snapshot
from berth_core.model import Frozen
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG, decision_id

SOON = timedelta(minutes=1)
LOOK_AGAIN = timedelta(hours=1)
QUEUE_LOOKS = timedelta(minutes=15)
"""At whether another deployment waits for the instances, which nothing else tells."""
PATIENCE = timedelta(minutes=60)
"""The longest that copies may take to come up: large models take up to 45 minutes."""
FOR_RELEASE = timedelta(minutes=25)
"""How long SageMaker may take to let go of empty instances before the endpoint is moved all the same."""
PARKED_OFF = "parked off the window"
IDLE = "parked as nobody called"


class _Run(Frozen):
    """One way to carry an order out."""

    order: Order
    target: str
    why: str
    moves_copies: bool
    release: bool = False


def scale(seen: Snapshot, intent: Intent) -> Scale | Hold | Refuse | None:
    """None if all components are as declared and as ordered, or the deployment has none. Before any other config is
    put under them: an order about copies doesn't wait for room for a second fleet."""
    if not declared(seen) and not ours(seen):
        return _nothing_to_scale(intent)
    if seen.endpoint is None or seen.endpoint.status != "InService":
        return _no_endpoint(seen, intent)
    if intent.park:
        return _parked_off(seen)
    blocked = _not_adopted(seen) or _still_moving(seen)
    if blocked is not None:
        return blocked
    order = order_in_force(seen)
    return _unpaid(intent, order) or _asks_too_much(seen, order) or _by_order(seen, order)


def _parked_off(seen: Snapshot) -> Scale | Refuse:
    """Whatever auto scaling is at: it is suspended, and its copies are waited for. A hold would be taken for done, and
    the endpoint would move with copies that nobody may pay for."""
    held = _not_adopted(seen)
    if held is not None:
        return Refuse(code=held.code, reason=held.reason)
    off = Order(copies=0, at=seen.now, key=PARKED_OFF, why=PARKED_OFF, strict=True)
    return _scale(seen, _Run(order=off, target=PARKED_OFF, why=PARKED_OFF, moves_copies=True, release=True))


def park_when_idle(seen: Snapshot, _intent: Intent) -> Scale | Hold | None:
    """None if somebody calls, if nobody asks for it, or if it is parked."""
    if seen.endpoint is None or seen.endpoint.status != "InService" or not declared(seen):
        return None
    return _by_idleness(seen, order_in_force(seen))


def _nothing_to_scale(intent: Intent) -> Refuse | None:
    if intent.kind != "scale":
        return None
    return Refuse(code="NotSupported", reason="the manifest has no components: there are no copies to scale")


def _no_endpoint(seen: Snapshot, intent: Intent) -> Hold | None:
    if intent.kind != "scale":
        return None
    status = f": it is {seen.endpoint.status}" if seen.endpoint else ""
    return Hold(code="NoEndpoint", reason=f"there is no endpoint in service to scale{status}")


def _not_adopted(seen: Snapshot) -> Hold | None:
    names = strangers(seen)
    if not names:
        return None
    return Hold(
        code="WaitingForAdoption",
        reason=(
            f"inference component {names[0]} exists and isn't ours. To hand it over, tag it "
            f"{STACK_TAG}={seen.policy.stack} and {DEPLOYMENT_TAG}={seen.deployment.name}"
        ),
        next_at=seen.now + timedelta(hours=1),
    )


def _still_moving(seen: Snapshot) -> Hold | None:
    """Auto scaling at work, or an earlier run of ours that died: both end by themselves."""
    moving = _moving(seen)
    if not moving:
        return None
    each = moving[0]
    text = f"inference component {each.name} is {each.status}: {each.current_copies} of {each.desired_copies} copies"
    return Hold(code="InTransition", reason=text, next_at=seen.now + SOON)


def _moving(seen: Snapshot) -> list[ComponentSeen]:
    return [each for each in ours(seen).values() if each.status in IN_TRANSITION]


def _unpaid(intent: Intent, order: Order) -> Refuse | None:
    """A person is told why nothing comes up."""
    asked = intent.override.copies if intent.override else None
    if not asked or order.why != UNPAID:
        return None
    text = f"copies asked: {asked}; it is {UNPAID}: raise end_of_window.on_demand, or wait for a plan"
    return Refuse(code="OverBudget", reason=text)


def _asks_too_much(seen: Snapshot, order: Order) -> Refuse | None:
    if order.why != BY_HAND or order.copies is None:
        return None
    over = next((each for each in declared(seen) if order.copies > each.max_copies), None)
    if over is None:
        return None
    text = f"copies asked: {order.copies}; {over.name} has max_copies {over.max_copies}: raise it in the manifest"
    return Refuse(code="TooManyCopies", reason=text)


def _by_order(seen: Snapshot, order: Order) -> Scale | Refuse | None:
    """An order is carried out once; after that auto scaling moves the copies, unless there is none or it may not."""
    if not is_carried_out(seen, order):
        found = replaced(seen, component_specs(seen, order, moves_copies=True))
        if found.noes and not differences(seen, found.specs, scaling_specs(seen, order, found.specs)):
            return _no_room(seen, found)
        why = "; ".join([order.why, *failed(seen)])
        return _scale(seen, _Run(order=order, target=order.key, why=why, moves_copies=True))
    fixed = order.strict or not _scales_itself(seen)
    asked = component_specs(seen, order, moves_copies=fixed)
    found = replaced(seen, asked)
    wrong = differences(seen, found.specs, scaling_specs(seen, order, found.specs))
    if not wrong:
        return _no_room(seen, found) if found.noes else None
    target = order.key or order.why
    return _scale(seen, _Run(order=order, target=target, why="; ".join(wrong), moves_copies=fixed))


def _no_room(seen: Snapshot, found: Replaced) -> Refuse:
    """What there is goes on; copies, plans and instances come and go, so it is looked at again."""
    return Refuse(code=found.code, reason="; ".join(found.noes), next_at=seen.now + ROOM_LOOKS)


def _scales_itself(seen: Snapshot) -> bool:
    scaling = seen.deployment.manifest.scaling
    return scaling is not None and bool(scaling.target_concurrency or scaling.wake or scaling.idle)


def _by_idleness(seen: Snapshot, order: Order) -> Scale | Hold | None:
    scaling = seen.deployment.manifest.scaling
    idle = scaling.idle if scaling else None
    since = idle_since(seen)
    few = _idle_copies(seen, idle.copies) if idle is not None else {}
    if idle is None or since is None or all(each.desired_copies <= few[name] for name, each in alive(seen).items()):
        return None
    due = since + timedelta(minutes=idle.minutes)
    if seen.now < due:
        return Hold(code="Idle", reason=f"nobody has called since {since:%Y-%m-%d %H:%M} UTC", next_at=due)
    text = f"nobody has called since {since:%Y-%m-%d %H:%M} UTC"
    parked = order.model_copy(update={"copies": idle.copies, "strict": False, "each": few})
    if seen.endpoint is not None and seen.endpoint.plan_arn is not None:
        if not seen.waiting:
            text += "; parking would save nothing: the reservation is paid for, and nobody else waits for its instances"
            return Hold(code="IdleOnReservation", reason=text, next_at=seen.now + QUEUE_LOOKS)
        why = f"{text}, and {', '.join(seen.waiting)} waits for the instances"
        return _scale(seen, _Run(order=parked, target=IDLE, why=why, moves_copies=True))
    expectation = forecast(seen, idle, since)
    if not expectation.worth_it:
        later = expectation.at if expectation.at is not None and expectation.at > seen.now else None
        reason = f"{text}, and it stays on: {expectation.reason}"
        return Hold(code="StaysOn", reason=reason, next_at=later or seen.now + LOOK_AGAIN)
    return _scale(seen, _Run(order=parked, target=IDLE, why=f"{text}; {expectation.reason}", moves_copies=True))


def _idle_copies(seen: Snapshot, copies: int) -> dict[str, int]:
    """Of each component, when nobody calls: none is brought up by that, and none goes below the manifest's least."""
    least = {each.name: each.min_copies for each in declared(seen)}
    there = alive(seen).items()
    return {name: min(each.desired_copies, max(copies, least.get(name, 0))) for name, each in there}


def _scale(seen: Snapshot, run: _Run) -> Scale:
    order = run.order
    found = replaced(seen, component_specs(seen, order, moves_copies=run.moves_copies))
    specs = found.specs
    rung = _rung(seen, run)
    recreates = order.method == "delete_and_recreate" and run.moves_copies and order.why == BY_HAND
    return Scale.model_validate(
        {
            "id": decision_id(seen, "scale", run.target),
            "reason": "; ".join([run.why or order.why, *found.reasons, *found.noes]),
            "started_at": seen.now,
            "action": "recreate" if recreates else "copies",
            "rung": rung,
            "target": run.target,
            "components": specs,
            "scaling": scaling_specs(seen, order, specs),
            "variant": variant_under(seen),
            "copies": _copies(seen, order),
            "release": run.release,
            "give_up_at": _parked_by(seen) if run.release else seen.now + max(_patience(seen, rung), found.longest),
        }
    )


def _copies(seen: Snapshot, order: Order) -> int:
    """For the news: of each component, or the most of any."""
    return max((order.copies_of(each) for each in declared(seen)), default=0)


def _parked_by(seen: Snapshot) -> datetime:
    """Copies that are coming up can't be taken away before they are there; but the next rung needs its time."""
    patience = seen.now + FOR_RELEASE + (wake_time(seen) if _moving(seen) else timedelta(0))
    plan, block = plan_under(seen), block_under(seen)
    if plan is None or block is None:
        return patience
    ends = (slot.finish_by for slot in closing_slots(seen, plan, block) if slot.rung == "scale_to_zero")
    return max(seen.now + SOON, min([patience, *ends]))


def _patience(seen: Snapshot, rung: str | None) -> timedelta:
    return max(PATIENCE, 2 * expected(rung or "scale", seen.attempts))


def _rung(seen: Snapshot, run: _Run) -> str | None:
    """Waking and parking are remembered apart: they tell how early to begin, and what parking costs."""
    before = sum(each.desired_copies for each in alive(seen).values())
    after = sum(run.order.copies_of(each) for each in declared(seen)) if run.moves_copies else before
    if before and not after:
        return "park"
    return "wake" if after and not before else None
