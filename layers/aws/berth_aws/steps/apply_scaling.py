"""How components scale by themselves: out of the way before copies are moved, and as it shall be after that."""

from datetime import datetime
from typing import Literal

from berth_aws import clients
from berth_aws.components_seen import components_on, names_on
from berth_aws.ledger import Ledger
from berth_aws.scaling_changed import Scaler
from berth_aws.scaling_seen import alarms_of, scaling_of
from berth_aws.steps.apply_components import scale_of
from berth_core.decisions import Change, Scale
from berth_core.errors import RefusedError
from berth_core.model import Frozen
from berth_core.naming import tags_for

Phase = Literal["before", "after"]


class Asked(Frozen):
    """The components whose scaling was put, suspended or taken away."""

    components: tuple[str, ...]


def apply_scaling(
    deployment: str,
    holder: str,
    decision: Change,
    phase: Phase,
    stack: str,
    ledger: Ledger,
    now: datetime,
    fence: int | None = None,
) -> Asked:
    """Idempotent: every put says the whole. A component that isn't there can't be registered, and is passed over."""
    scale = scale_of(decision)
    registration = ledger.registrations.get(deployment)
    if registration is None:
        raise RefusedError(f"deployment {deployment!r} isn't registered any more: nothing is made for it")
    ledger.leases.insist(deployment, holder, now, fence)
    tags = tags_for(stack, registration)
    scaler = Scaler(clients.shared("application-autoscaling"), clients.shared("cloudwatch"), tags)
    if phase == "before":
        return Asked(components=_clear(deployment, scale, stack, scaler))
    return Asked(components=_set_up(deployment, scale, stack, scaler))


def _set_up(deployment: str, scale: Scale, stack: str, scaler: Scaler) -> tuple[str, ...]:
    there = set(names_on(clients.shared("sagemaker"), deployment))
    specs = [spec for spec in scale.scaling if spec.component in there]
    names = [spec.component for spec in specs]
    known = {each.component: each for each in scaling_of(clients.shared("application-autoscaling"), names)}
    alarms = alarms_of(clients.shared("cloudwatch"), stack, deployment, names)
    for spec in specs:
        minutes = {str(each.kind): each.minutes for each in alarms if each.component == spec.component}
        scaler.set_up(spec, known.get(spec.component), minutes)
    return tuple(names)


def _clear(deployment: str, scale: Scale, stack: str, scaler: Scaler) -> tuple[str, ...]:
    """Auto scaling would bring back what is parked, and what is deleted must not leave alarms behind."""
    scaled = {spec.component for spec in scale.scaling}
    moved = {spec.name for spec in scale.components if spec.copies is not None} if scale.action == "copies" else scaled
    touched: list[str] = []
    for each in components_on(clients.shared("sagemaker"), deployment, stack):
        if not each.ours:
            continue
        if each.name not in scaled:
            scaler.remove(each.name)
        elif each.name in moved:
            scaler.suspend(each.name)
        else:
            continue
        touched.append(each.name)
    return tuple(touched)
