"""How many copies are ordered now, by whom and since when.

Level-triggered: the order in force follows from the rules and the time alone, so that a missed wake-up changes when it
is carried out and never what. The latest word counts: a rule of the schedule, a person, a hand-over. The manifest's own
`copies` hold as long as nobody else has said anything.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal

from berth_core.decide.budget import hours_left, least_hours, running_stay
from berth_core.decide.firings import last_firing, next_firing
from berth_core.durations import expected
from berth_core.facts import Attempt, Snapshot
from berth_core.manifest import Component, Scaling, ScheduleRule
from berth_core.model import Frozen, Time

FULL = 50
"""Attempts that a snapshot holds at most: an order older than all of them was carried out before."""
BY_HAND = "asked by hand"
UNPAID = "parked off the window, and no on-demand is allowed, or none is left"


class Order(Frozen):
    """`copies` of each component; None leaves it to the manifest's own.

    `at` says which of several is the latest word. `key` names this very order in the ledger; one without was carried
    out by whoever gave it. `strict` is an order of zero that no call undoes: only another order does.
    """

    copies: int | None
    at: Time
    key: str
    why: str
    strict: bool = False
    method: Literal["copies", "delete_and_recreate"] = "copies"
    each: dict[str, int] | None = None
    """Of each component by itself, where it depends on what it has."""

    def copies_of(self, component: Component) -> int:
        """Never more than the manifest allows."""
        if self.each is not None and component.name in self.each:
            return self.each[component.name]
        return component.copies if self.copies is None else min(self.copies, component.max_copies)

    @property
    def parks(self) -> bool:
        return self.copies == 0


def order_in_force(seen: Snapshot) -> Order:
    """Total: without any other word it is the manifest's."""
    # Of orders at the same time the first counts: where nothing may be paid for, not even a person's word of now.
    orders = [order for order in (_by_hand_over(seen), _by_schedule(seen), _by_hand(seen)) if order is not None]
    return max(orders, key=lambda order: order.at, default=_by_manifest(seen))


def next_change(seen: Snapshot) -> datetime | None:
    """When the schedule's next rule begins to matter."""
    moments = [_starts(seen, rule, at) for rule in _rules(seen) if (at := _next(rule, seen)) is not None]
    return min((moment for moment in moments if moment > seen.now), default=None)


def is_carried_out(seen: Snapshot, order: Order) -> bool:
    """Since it was given, and since the endpoint came onto a plan or was parked off one: after that all copies are
    brought up anew. The arrival itself is remembered only when its copies are there."""
    if not order.key:
        return True
    moves = [each.started_at for each in seen.attempts if each.done and _takes_copies_along(each)]
    since = max([*moves[:1], seen.deployment.registered_at])
    if any(_carries_out(attempt, order) and attempt.ended_at >= since for attempt in seen.attempts):
        return True
    return len(seen.attempts) >= FULL and max(since, order.at) < seen.attempts[-1].ended_at


def wake_time(seen: Snapshot) -> timedelta:
    """From zero copies to the first answer, as long as it took here before."""
    return expected("wake", seen.attempts)


def _takes_copies_along(attempt: Attempt) -> bool:
    return attempt.kind == "deploy" or attempt.rung == "scale_to_zero"


def _carries_out(attempt: Attempt, order: Order) -> bool:
    return attempt.kind == "scale" and attempt.done and attempt.target == order.key


def _by_manifest(seen: Snapshot) -> Order:
    at = seen.deployment.registered_at
    version = seen.deployment.version
    return Order(
        copies=None,
        at=at,
        key=f"the manifest's copies, version {version}",
        why="the manifest's own copies",
        method=_method(seen),
    )


def _by_hand(seen: Snapshot) -> Order | None:
    asked = seen.deployment.override
    if asked is None or asked.copies is None or asked.copies_at is None:
        return None
    return Order(
        copies=asked.copies,
        at=asked.copies_at,
        key=f"{asked.copies} copies by hand at {_clock(asked.copies_at)}",
        why=BY_HAND,
        strict=asked.copies == 0,
        method=asked.method or _method(seen),
    )


def _by_hand_over(seen: Snapshot) -> Order | None:
    """Parked off the window. Without an on-demand allowance nothing may bring it up again but a plan."""
    parked = next((each for each in seen.attempts if each.kind in ("hand_over", "deploy") and each.done), None)
    if parked is None or parked.rung != "scale_to_zero" or seen.endpoint is None or seen.endpoint.plan_arn is not None:
        return None
    allowed = may_run_on_demand(seen)
    why = "parked off the window" if allowed else UNPAID
    # Later than any rule of the schedule if none of them may pay for instances.
    at = parked.ended_at if allowed else max(parked.ended_at, seen.now)
    return Order(copies=0, at=at, key="", why=why, strict=not allowed)


def may_run_on_demand(seen: Snapshot) -> bool:
    """A call must not start a bill that nobody agreed to."""
    allowed = seen.deployment.manifest.end_of_window.on_demand
    live = seen.endpoint.config if seen.endpoint else None
    if allowed is None or live is None or live.instance_type is None:
        return False
    if running_stay(seen) is not None:
        return True  # when that one ends, its caps say
    return hours_left(seen, allowed, live.instance_type, live.instance_count or 1) > least_hours(seen, "wake")


def _by_schedule(seen: Snapshot) -> Order | None:
    firings = [(at, number) for number, rule in enumerate(_rules(seen)) if (at := _last(seen, rule)) is not None]
    if not firings:
        return None
    at, number = max(firings)
    rule = _rules(seen)[number]
    wakes = seen.deployment.manifest.scaling is not None and seen.deployment.manifest.scaling.wake
    return Order(
        copies=rule.copies,
        at=_starts(seen, rule, at),
        key=_key(rule, at),
        why=f"the schedule's {rule.cron} ({rule.timezone})",
        strict=rule.copies == 0 and not wakes,
        method=_method(seen),
    )


def _last(seen: Snapshot, rule: ScheduleRule) -> datetime | None:
    """With `ready_by` a rule matters before its time, and once begun it goes on, should wakes prove faster."""
    ahead = _next(rule, seen)
    if ahead is not None and _has_begun(seen, rule, ahead):
        return ahead
    return last_firing(rule.cron, rule.timezone, seen.now)


def _has_begun(seen: Snapshot, rule: ScheduleRule, at: datetime) -> bool:
    if not rule.ready_by or rule.copies == 0:
        return False
    return _starts(seen, rule, at) <= seen.now or any(each.target == _key(rule, at) for each in seen.attempts)


def _starts(seen: Snapshot, rule: ScheduleRule, at: datetime) -> datetime:
    return at - wake_time(seen) if rule.ready_by and rule.copies > 0 else at


def _next(rule: ScheduleRule, seen: Snapshot) -> datetime | None:
    return next_firing(rule.cron, rule.timezone, seen.now)


def _key(rule: ScheduleRule, at: datetime) -> str:
    return f"{rule.copies} copies from {_clock(at)}"


def _rules(seen: Snapshot) -> tuple[ScheduleRule, ...]:
    scaling = seen.deployment.manifest.scaling
    return scaling.schedule if scaling else ()


def _method(seen: Snapshot) -> Literal["copies", "delete_and_recreate"]:
    scaling: Scaling | None = seen.deployment.manifest.scaling
    return scaling.method if scaling else "copies"


def _clock(moment: datetime) -> str:
    """To the second only where somebody asked at one."""
    text = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return f"{text} UTC"
