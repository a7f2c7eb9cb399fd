"""Facts of an endpoint for inference components, valid by default."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from berth_core.decide.arranging import component_specs, scaling_specs
from berth_core.decide.intent import Intent
from berth_core.decide.orders import order_in_force
from berth_core.facts import AlarmSeen, ComponentSeen, ScalingSeen, Snapshot
from tests.builders import ON_DEMAND, START, attempt, endpoint, registration, snapshot

ROLE = "arn:aws:iam::111122223333:role/inference"
NOW = START + timedelta(hours=3)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LLAMA: dict[str, Any] = {"name": "llama-8b", "model": "my-model", "copies": 2, "max_copies": 4}
SCALING: dict[str, Any] = {"target_concurrency": 5, "idle": {"minutes": 15, "copies": 0}}
BASE_DONE = "the manifest's copies, version v1"
WEEKEND = [
    {"cron": "0 18 ? * FRI *", "timezone": "Europe/Berlin", "copies": 0},
    {"cron": "0 7 ? * MON *", "timezone": "Europe/Berlin", "copies": 2, "ready_by": True},
]
FRIDAY = datetime(2026, 3, 6, 17, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 6, tzinfo=UTC)


def by_hand(**given: Any) -> Intent:
    return Intent.model_validate({"kind": "scale", **given})


def deployed(scaling: dict[str, Any] | None = None, **over: Any) -> Any:
    """A registration with one component of two copies; `scaling` is the manifest's."""
    given: dict[str, Any] = {
        "model": None,
        "components": [LLAMA],
        "execution_role_arn": ROLE,
        "end_of_window": {"on_demand": ON_DEMAND, "ladder": ["scale_to_zero", "delete"]},
        **over,
    }
    if scaling is not None:
        given["scaling"] = scaling
    return registration(**given)


def component(**over: Any) -> ComponentSeen:
    given: dict[str, Any] = {
        "name": "llama-8b",
        "status": "InService",
        "desired_copies": 2,
        "current_copies": 2,
        "ours": True,
        "model": "my-model",
        "accelerators": 1,
        "memory_mb": 1024,
        **over,
    }
    return ComponentSeen(**given)


def carried_out(target: str = BASE_DONE, at: datetime = NOW - timedelta(hours=1), **over: Any) -> Any:
    """The ledger's row of an order that was carried out."""
    return attempt(**{"kind": "scale", "target": target, "started_at": at - 5 * MINUTE, "ended_at": at, **over})


def seen(scaling: dict[str, Any] | None = None, *, reserved: bool = True, **over: Any) -> Snapshot:
    """In service with all as wanted, and as AWS then has it; `over` replaces the snapshot's fields."""
    manifest_over = over.pop("manifest", {})
    deployment = over.pop("deployment", None) or deployed(scaling, **manifest_over)
    where = {} if reserved else {"plan_arn": None}
    given: dict[str, Any] = {
        "now": NOW,
        "deployment": deployment,
        "endpoint": endpoint(deployment, **where),
        "components": (component(),),
        "attempts": (carried_out(),),
        **over,
    }
    looked = snapshot(**given)
    if "scaling" in over or "alarms" in over:
        return looked
    return looked.model_copy(update={"scaling": registered(looked), "alarms": alarms(looked)})


def registered(looked: Snapshot) -> tuple[ScalingSeen, ...]:
    """The scalable targets as they shall be."""
    order = order_in_force(looked)
    specs = scaling_specs(looked, order, component_specs(looked, order, moves_copies=False))
    return tuple(
        ScalingSeen(
            component=each.component,
            min_copies=each.min_copies,
            max_copies=each.max_copies,
            suspended=each.suspended,
            target_concurrency=each.target_concurrency,
            wakes=each.wakes,
        )
        for each in specs
        if each.wakes or each.target_concurrency
    )


def alarms(looked: Snapshot, idle_since: datetime | None = None, refused_at: datetime | None = None) -> Any:
    """The alarms as they shall be: somebody calls, unless `idle_since` says since when nobody does."""
    found: list[AlarmSeen] = []
    state: Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
    order = order_in_force(looked)
    for each in scaling_specs(looked, order, component_specs(looked, order, moves_copies=False)):
        minutes = each.idle_minutes
        if each.wakes:
            at = refused_at or START
            state = "ALARM" if refused_at else "INSUFFICIENT_DATA"
            found.append(AlarmSeen(kind="wake", component=each.component, minutes=0.5, state=state, since=at))
        if minutes is not None:
            at = idle_since + minutes * MINUTE if idle_since else START
            state = "ALARM" if idle_since else "OK"
            found.append(AlarmSeen(kind="idle", component=each.component, minutes=minutes, state=state, since=at))
    return tuple(found)


def idle(looked: Snapshot, since: datetime, **over: Any) -> Snapshot:
    """The same, but nobody has called since then."""
    return looked.model_copy(update={"alarms": alarms(looked, idle_since=since), **over})
