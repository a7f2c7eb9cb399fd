"""All that a decision about one deployment may look at, read afresh."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from berth_aws import clients
from berth_aws.alarms_seen import alarms_seen
from berth_aws.components_seen import components_on
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import endpoint_seen, plan_seen, with_its_config
from berth_aws.scaling_seen import alarms_of, scaling_of
from berth_core.errors import RefusedError
from berth_core.facts import (
    EndpointSeen,
    OnDemandUse,
    PlanSeen,
    PlanStatus,
    Policy,
    Registration,
    Rival,
    Snapshot,
)


def observe_deployment(
    name: str, holder: str, ledger: Ledger, policy: Policy, prices: Mapping[str, Decimal], now: datetime
) -> Snapshot:
    """Reads only. RefusedError for a deployment that was never registered. `prices` are USD per hour."""
    registration = ledger.registrations.get(name)
    if registration is None:
        raise RefusedError(
            f"deployment {name!r} isn't registered: put deployments/{name}.yaml into the manifest bucket"
        )
    sagemaker = clients.shared("sagemaker")
    endpoint = endpoint_seen(sagemaker, name)
    past = ledger.standing(name)
    endpoint = with_its_config(endpoint, past.attempts)
    plans = _plans(sagemaker, registration, endpoint, ledger)
    under = endpoint.plan_arn if endpoint else None
    return Snapshot(
        now=now,
        deployment=registration,
        policy=policy.model_copy(update={"prices_usd_per_hour": _needed(prices, registration, endpoint, past.stays)}),
        plans=plans,
        endpoint=endpoint,
        lease=past.lease,
        attempts=past.attempts,
        on_demand=past.stays,
        turns=past.turns,
        rollback_alarms=alarms_seen(registration.manifest.rollout.alarms),
        rivals=tuple(
            rival for plan in plans if _may_move_onto(plan, under) for rival in _rivals(plan, name, ledger, now)
        ),
        holder=holder,
        purchases=ledger.purchases.all() if _may_buy(registration) else (),
        **_components(registration, endpoint, plans, policy.stack, ledger, now),
    )


def _may_buy(registration: Registration) -> bool:
    """Of a manifest that can't spend anything, nobody asks what was bought: that read is spared."""
    manifest = registration.manifest
    return manifest.reservation.purchase is not None or manifest.end_of_window.extend is not None


def _may_move_onto(plan: PlanSeen, under: str | None) -> bool:
    """Nobody competes for a plan that isn't open or has nothing free: that read is spared."""
    return plan.status is PlanStatus.ACTIVE and plan.available_count > 0 and plan.arn != under


def _rivals(plan: PlanSeen, name: str, ledger: Ledger, now: datetime) -> Iterator[Rival]:
    """The others in the plan's queue whose manifest still names it."""
    for rival in ledger.queues.of(plan.name, now):
        if rival.name == name:
            continue
        registration = ledger.registrations.get(rival.name)
        if registration and not registration.removed_at and plan.name in registration.manifest.reservation.plans:
            yield rival


def _plans(
    sagemaker: clients.Client, registration: Registration, endpoint: EndpointSeen | None, ledger: Ledger
) -> tuple[PlanSeen, ...]:
    """The manifest's plans in its order, and the one that the endpoint is on, should it not be among them.

    If AWS doesn't show that one any more, the times that the last watch saw still hold: an endpoint that stands on
    something has to be off it in time, and without the times nobody would know when.
    """
    named = (plan_seen(sagemaker, name) for name in registration.manifest.reservation.plans)
    plans = [plan for plan in named if plan is not None]
    under = endpoint.plan_arn if endpoint else None
    if under is not None and under not in {plan.arn for plan in plans}:
        plan = plan_seen(sagemaker, under) or _last_seen(ledger, under)
        plans += [plan] if plan is not None else []
    return tuple(plans)


def _components(
    registration: Registration,
    endpoint: EndpointSeen | None,
    plans: tuple[PlanSeen, ...],
    stack: str,
    ledger: Ledger,
    now: datetime,
) -> dict[str, Any]:
    """Only for endpoints that have some: a look costs two calls for each component, and a few for all."""
    if endpoint is None or endpoint.config is None or endpoint.config.model is not None:
        return {}
    name = registration.name
    components = components_on(clients.shared("sagemaker"), name, stack)
    ours = [each.name for each in components if each.ours]
    under = next((plan for plan in plans if plan.arn == endpoint.plan_arn), None)
    return {
        "components": components,
        "scaling": scaling_of(clients.shared("application-autoscaling"), ours) if ours else (),
        "alarms": alarms_of(clients.shared("cloudwatch"), stack, name, ours) if ours else (),
        "gaps": ledger.components.gaps(name),
        "waiting": tuple(rival.name for rival in _rivals(under, name, ledger, now)) if under is not None else (),
    }


def _last_seen(ledger: Ledger, plan_arn: str) -> PlanSeen | None:
    return next((row.seen for row in ledger.plans.all() if row.seen.arn == plan_arn), None)


def _needed(
    prices: Mapping[str, Decimal],
    registration: Registration,
    endpoint: EndpointSeen | None,
    stays: tuple[OnDemandUse, ...],
) -> dict[str, str]:
    """The prices of the types in question: the whole table would only make every snapshot longer."""
    allowed = registration.manifest.end_of_window.on_demand
    types = {stay.instance_type for stay in stays} | set(allowed.instance_types if allowed else ())
    if endpoint is not None and endpoint.config is not None and endpoint.config.instance_type:
        types.add(endpoint.config.instance_type)
    return {name: str(prices[name]) for name in sorted(types & prices.keys())}
