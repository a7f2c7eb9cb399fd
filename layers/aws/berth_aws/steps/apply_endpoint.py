"""The one call that carries out a decision: create, update or resize."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_changed import create_endpoint, resize_endpoint, update_endpoint
from berth_core.decisions import Change, Deploy, HandOver, Resize, Rotate
from berth_core.errors import RefusedError
from berth_core.facts import OnDemandUse, Registration
from berth_core.model import Frozen
from berth_core.naming import tags_for

GOES_ON_DEMAND = ("on_demand", "hop")


class Asked(Frozen):
    """What SageMaker was asked for, or why nothing had to be."""

    asked: str


def apply_endpoint(
    deployment: str,
    holder: str,
    decision: Change,
    stack: str,
    ledger: Ledger,
    now: datetime,
    fence: int | None = None,
) -> Asked:
    """Idempotent: whatever is so already, or on its way, isn't asked again."""
    ledger.leases.insist(deployment, holder, now, fence)
    if isinstance(decision, Resize):
        sagemaker = clients.once_only("sagemaker")
        return Asked(asked=resize_endpoint(sagemaker, deployment, decision.variant, decision.instance_count))
    if decision.action == "update":
        asked = _update(deployment, decision, ledger)
    elif isinstance(decision, Deploy | Rotate):
        asked = _create(deployment, decision, stack, ledger)
    else:
        raise RefusedError(f"decision {decision.id} says {decision.action}: that is apply_deletion's")
    if isinstance(decision, Deploy):
        # Its instances count as used from here on: counted as waited for, too, they would keep others out.
        ledger.queues.leave(decision.plan, deployment)
    return Asked(asked=asked)


def _registered(deployment: str, ledger: Ledger) -> Registration:
    registration = ledger.registrations.get(deployment)
    if registration is None:
        raise RefusedError(f"deployment {deployment!r} isn't registered any more: nothing is made for it")
    return registration


def _create(deployment: str, decision: Deploy | Rotate, stack: str, ledger: Ledger) -> str:
    tags = tags_for(stack, _registered(deployment, ledger))
    return create_endpoint(clients.once_only("sagemaker"), deployment, decision.config.name, tags)


def _update(deployment: str, decision: Deploy | Rotate | HandOver, ledger: Ledger) -> str:
    if decision.config is None:
        raise RefusedError(f"decision {decision.id} ({decision.kind}) names no config to update to")
    if isinstance(decision, HandOver | Rotate) and decision.rung in GOES_ON_DEMAND:
        # The bill runs from the request on, and a bill that nobody wrote down has no cap.
        stay = OnDemandUse(
            instance_type=decision.config.instance_type,
            instance_count=decision.config.instance_count,
            started_at=decision.started_at,
            hop=decision.rung == "hop",
        )
        ledger.history.begin_stay(deployment, stay)
    rollout = None if isinstance(decision, HandOver) else decision.rollout
    parked = isinstance(decision, HandOver) and decision.rung == "scale_to_zero"
    sagemaker = clients.once_only("sagemaker")
    return update_endpoint(sagemaker, deployment, decision.config.name, rollout, keep_count=parked)
