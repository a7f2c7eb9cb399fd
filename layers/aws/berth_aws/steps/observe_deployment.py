"""All that a decision about one deployment may look at, read afresh."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import endpoint_seen, plan_seen
from berth_core.errors import RefusedError
from berth_core.facts import EndpointSeen, OnDemandUse, PlanSeen, Policy, Registration, Snapshot


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
    stays = ledger.history.stays(name)
    return Snapshot(
        now=now,
        deployment=registration,
        policy=policy.model_copy(update={"prices_usd_per_hour": _needed(prices, registration, endpoint, stays)}),
        plans=_plans(sagemaker, registration, endpoint, ledger),
        endpoint=endpoint,
        lease=ledger.leases.in_force(name, now),
        attempts=ledger.history.attempts(name),
        on_demand=stays,
        holder=holder,
    )


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
