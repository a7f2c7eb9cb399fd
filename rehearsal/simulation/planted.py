"""Bugs that services of this kind have had. Each is put into one production module when that is loaded.

`make simulate` has to find each of them; what it can't find, its rules don't guard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Bug:
    """`spoil` gets the module, loaded and not yet imported from."""

    module: str
    text: str
    spoil: Callable[[Any], None]


def _claims_without_condition(leases: Any) -> None:
    original = leases.Leases.claim

    def claim(self: Any, deployment: str, holder: str, *rest: Any, **more: Any) -> Any:
        found = original(self, deployment, holder, *rest, **more)
        return found.model_copy(update={"holder": holder})

    leases.Leases.claim = claim


def _acts_without_lease(leases: Any) -> None:
    leases.Leases.insist = lambda *_, **__: None


def _never_renews(leases: Any) -> None:
    leases.Leases.renew = lambda *_, **__: True


def _reads_ends_as_local_time(window: Any) -> None:
    original = window.finish_by

    def finish_by(seen: Any, block: Any) -> Any:
        found = original(seen, block)
        return found + (ZoneInfo("Europe/Berlin").utcoffset(found.replace(tzinfo=None)) or timedelta(0))

    window.finish_by = finish_by


def _leaves_without_margin(window: Any) -> None:
    window.MARGIN = 0


def _deletes_configs_unverified(clean_configs: Any) -> None:
    clean_configs._in_use = lambda *_: set()
    original = clean_configs.clean_configs
    clean_configs.clean_configs = lambda deployment, holder, _keep, *rest, **more: original(
        deployment, holder, frozenset(), *rest, **more
    )


def _deletes_configs_of_others(clean_configs: Any) -> None:
    clean_configs.tags_of = lambda *_: _Everything()


class _Everything(dict[str, str]):
    """A mapping that has whatever one looks for."""

    def items(self) -> Any:
        return self

    def __ge__(self, _other: Any) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


def _buys_again(market: Any) -> None:
    original = market.create_plan
    from berth_core.errors import UnknownOutcomeError

    def create_plan(*asked: Any) -> Any:
        try:
            return original(*asked)
        except UnknownOutcomeError:
            return original(*asked)

    market.create_plan = create_plan


def _ignores_prices(offers: Any) -> None:
    original = offers.judge

    def judge(order: Any, offer: Any, now: Any) -> Any:
        return original(order.model_copy(update={"max_price_usd": Decimal(1_000_000)}), offer, now)

    offers.judge = judge


def _forgets_what_was_spent(purchases: Any) -> None:
    purchases.Month.spent_usd = lambda *_, **__: Decimal(-1_000_000)


def _trusts_the_status(outcome: Any) -> None:
    original = outcome._verdict

    def verdict(seen: Any, endpoint: Any, decision: Any) -> Any:
        code, reason = original(seen, endpoint, decision)
        if endpoint is not None and endpoint.status == "InService" and decision.action != "delete" and code:
            name = decision.config.name if getattr(decision, "config", None) else ""
            return "", f"{name} is live with {endpoint.instance_count} in service"
        return code, reason

    outcome._verdict = verdict


def _does_not_look_after_storing(await_endpoint: Any) -> None:
    await_endpoint.described = lambda *_: {"EndpointStatus": "Updating"}


def _takes_events_for_facts(await_endpoint: Any) -> None:
    # What resume_waiters asks; the look right after storing goes through the same question.
    await_endpoint.is_over = lambda there, until: until == "settled" or there is None


def _counts_beyond_the_reservation(placing: Any) -> None:
    placing._full = placing._for_others = lambda *_: None


def _schedules_stay(watch_plans: Any) -> None:
    original = watch_plans._keep_schedules

    def keep(wanted: Any, made: Any, *rest: Any) -> None:
        original(tuple(each for each in wanted if each.name not in made), {}, *rest)

    watch_plans._keep_schedules = keep


def _asks_again(sagemaker_changed: Any) -> None:
    sagemaker_changed._heads_for = lambda *_: False
    sagemaker_changed._refuse_in_transition = lambda *_: None


def _counts_the_last_stay_alone(budget: Any) -> None:
    original = budget.spent

    def spent(seen: Any) -> Any:
        return original(seen.model_copy(update={"on_demand": seen.on_demand[:1]}))

    budget.spent = spent


def _stops_when_it_is_over(budget: Any) -> None:
    budget.stops_at = lambda seen: budget._reaches(seen, Decimal(1))


def _never_reads_the_bucket(watch_plans: Any) -> None:
    watch_plans.hand_on_unread = lambda *_: ()


BUGS: dict[str, Bug] = {
    "end-in-local-time": Bug("berth_core.decide.window", "UTC taken for Berlin", _reads_ends_as_local_time),
    "leaves-without-margin": Bug(
        "berth_core.decide.window", "each rung begins when it is over", _leaves_without_margin
    ),
    "config-deleted-unverified": Bug(
        "berth_aws.steps.clean_configs", "the live config goes with the others", _deletes_configs_unverified
    ),
    "config-of-others-deleted": Bug(
        "berth_aws.steps.clean_configs", "a name like ours is enough", _deletes_configs_of_others
    ),
    "retry-on-purchase": Bug("berth_aws.market", "a lost answer is asked again", _buys_again),
    "price-ignored": Bug("berth_core.decide.offers", "the cap is not compared", _ignores_prices),
    "budget-ignored": Bug("berth_core.purchases", "the month begins anew each time", _forgets_what_was_spent),
    "success-by-status": Bug("berth_core.decide.outcome", "InService is success", _trusts_the_status),
    "count-beyond-reservation": Bug(
        "berth_core.decide.placing", "a full plan is taken for free", _counts_beyond_the_reservation
    ),
    "schedule-not-moved": Bug("berth_aws.steps.watch_plans", "a schedule keeps its first time", _schedules_stay),
    "asks-again": Bug("berth_aws.sagemaker_changed", "a retry doesn't look first", _asks_again),
    "deletion-takes-no-time": Bug(
        "berth_core.decide.budget", "on-demand is left when the hours are over", _stops_when_it_is_over
    ),
    "bucket-never-read": Bug(
        "berth_aws.steps.watch_plans", "a manifest whose event is lost is lost", _never_reads_the_bucket
    ),
    "claim-without-condition": Bug("berth_aws.leases", "who finds it taken goes on", _claims_without_condition),
    "lease-never-renewed": Bug("berth_aws.leases", "a long change outlives its lease", _never_renews),
    "event-as-fact": Bug("berth_aws.steps.await_endpoint", "any event ends the wait", _takes_events_for_facts),
    "no-look-after-storing": Bug(
        "berth_aws.steps.await_endpoint", "an event that came first is missed", _does_not_look_after_storing
    ),
    "only-last-stay-counts": Bug(
        "berth_core.decide.budget", "each stay on on-demand has its own limits", _counts_the_last_stay_alone
    ),
    "missing-fencing": Bug("berth_aws.leases", "who lost the lease acts on", _acts_without_lease),
}
