"""The two ways to roll onto a reservation that is full: over on-demand and home again, or with a gap.

Both are a sequence of decisions, each taken from what is seen, so that a crash between any two is only a delay: a stay
on on-demand that is marked as a hop leads home, and a recreation that is noted and not over leads to an endpoint.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from berth_core.decide.budget import hours_left, price_usd_per_hour, spent
from berth_core.decide.standing_on import variant_under
from berth_core.decisions import ConfigSpec
from berth_core.durations import expected
from berth_core.facts import Attempt, PlanSeen, Snapshot
from berth_core.manifest import OnDemand
from berth_core.naming import config_spec, same_but_for_count, wanted_count, wanted_model

UNFINISHED = "Unfinished"
"""The code of a recreation that has begun: written before the deletion, and over it what came of it."""
SPARE = timedelta(minutes=1)


def hop_over(seen: Snapshot, plan: PlanSeen | None, leaves_at: datetime | None) -> ConfigSpec | str:
    """The config on on-demand over which a rollout can go, or why it can't."""
    allowed = seen.deployment.manifest.end_of_window.on_demand
    if plan is None:
        return "has nothing to come home to: the plan under the endpoint isn't there any more"
    if allowed is None:
        return "needs end_of_window.on_demand with max_hours and max_usd, which the manifest doesn't have"
    if plan.name not in seen.deployment.manifest.reservation.plans:
        return f"couldn't come home: the manifest doesn't name plan {plan.name}"
    needed = expected("hop", seen.attempts) + expected("deploy", seen.attempts)
    no = _no_time(seen, needed, leaves_at)
    return no or _first_type(seen, allowed, needed)


def _first_type(seen: Snapshot, allowed: OnDemand, needed: timedelta) -> ConfigSpec | str:
    """The first instance type that has hours left for the whole way and, should there be no way home, for the end."""
    count = allowed.instance_count or wanted_count(seen.deployment)
    hours = Decimal(str((needed + expected("delete", seen.attempts) + SPARE).total_seconds())) / 3600
    noes: list[str] = []
    failed = {attempt.target for attempt in _failures(seen) if attempt.rung == "hop" and attempt.code == "NoCapacity"}
    variant = variant_under(seen)
    specs = [
        config_spec(seen.deployment, instance_type=each, count=count, plan_arn=None, variant=variant)
        for each in allowed.instance_types
    ]
    # When all of them were without capacity, the first is tried again, later and later.
    for spec in [spec for spec in specs if spec.name not in failed] or specs:
        left = hours_left(seen, allowed, spec.instance_type, count)
        if left >= hours:
            return spec
        price = price_usd_per_hour(seen, spec.instance_type)
        noes.append(f"{left:.1f} h are left for {count} x {spec.instance_type} at {price} USD an hour")
    used = spent(seen)
    caps = f"{used.hours:.1f} of {allowed.max_hours} h and {used.usd:.2f} of {allowed.max_usd} USD are used"
    return f"needs {hours:.1f} h of on-demand: {', '.join(noes)} ({caps})"


def recreate_in_place(seen: Snapshot, plan: PlanSeen | None, leaves_at: datetime | None) -> str:
    """Why a recreation can't be done; empty if it can."""
    if plan is None:
        return "has nothing to come back to: the plan under the endpoint isn't there any more"
    if plan.name not in seen.deployment.manifest.reservation.plans:
        return f"couldn't come back: the manifest doesn't name plan {plan.name}"
    used = seen.endpoint.instance_count if seen.endpoint else 0
    count = wanted_count(seen.deployment)
    if count > plan.available_count + used:
        return f"needs {count} of the reservation, and {plan.available_count} free and {used} of its own are there"
    needed = expected("delete", seen.attempts) + expected("recreate", seen.attempts)
    return _no_time(seen, needed, leaves_at) or ""


def _no_time(seen: Snapshot, needed: timedelta, leaves_at: datetime | None) -> str | None:
    if leaves_at is None or seen.now + needed <= leaves_at:
        return None
    minutes = needed.total_seconds() / 60
    return f"has no time: it takes {minutes:.0f} minutes, and the way off the window begins at {leaves_at:%H:%M} UTC"


def is_hopping(seen: Snapshot) -> bool:
    """On on-demand on the way of a rollout: it has to come home, whatever the manifest says of coming home."""
    on_demand = seen.endpoint is not None and seen.endpoint.plan_arn is None
    return on_demand and any(stay.hop and stay.ended_at is None for stay in seen.on_demand)


def recreation(seen: Snapshot) -> Attempt | None:
    """A recreation that has begun, and left no endpoint that serves since."""
    if seen.endpoint is not None and seen.endpoint.status != "Failed":
        return None
    return next((attempt for attempt in _since_done(seen) if attempt.rung == "recreate"), None)


def model_before(seen: Snapshot) -> str | None:
    """The model to go back to: the one that was deleted for a model that then didn't start."""
    begun = recreation(seen)
    if begun is None or begun.replaced is None or begun.config is None:
        return None
    if begun.config.model != wanted_model(seen.deployment):
        return None  # something else is wished by now
    failures = [each for each in _since_done(seen) if same_but_for_count(each.target, begun.target)]
    return begun.replaced if any(each.code != UNFINISHED for each in failures) else None


def has_failed_anew(seen: Snapshot, spec: ConfigSpec) -> Attempt | None:
    """A recreation for this config that failed under the manifest in force: each try costs a gap, so one is enough."""
    under_manifest = (each for each in seen.attempts if each.ended_at >= seen.deployment.registered_at)
    anew = (each for each in under_manifest if each.rung == "recreate" and not each.done)
    return next((each for each in anew if same_but_for_count(each.target, spec.name)), None)


def _since_done(seen: Snapshot) -> list[Attempt]:
    return list(takewhile(lambda attempt: not attempt.done, seen.attempts))


def _failures(seen: Snapshot) -> list[Attempt]:
    """Under the manifest in force, up to the last success."""
    return [attempt for attempt in _since_done(seen) if attempt.ended_at >= seen.deployment.registered_at]
