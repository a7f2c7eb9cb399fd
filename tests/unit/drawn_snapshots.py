"""Snapshots as hypothesis draws them: any manifest, on any plans, with anything running, by anybody."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from berth_core.decide.intent import Intent
from berth_core.facts import (
    ComponentSeen,
    EndpointSeen,
    OnDemandUse,
    Override,
    PlanSeen,
    PlanStatus,
    Policy,
    Registration,
    RollbackAlarm,
    Snapshot,
    Turn,
)
from berth_core.ordering import PurchaseRequest, missing_plan, order_of_manifest
from berth_core.purchases import Purchase
from tests.builders import (
    END,
    P4D,
    P5,
    PLAN_ARN,
    STACK_TAGS,
    START,
    attempt,
    block,
    endpoint,
    plan,
    registration,
    snapshot,
    stay,
)
from tests.purchase_builders import offer
from tests.unit.component_facts import alarms, registered
from tests.unit.drawn_manifests import manifests

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PLANS = {"p5-for-eval": PLAN_ARN, "p5-second": f"{PLAN_ARN}-second"}
STRANGERS = {
    "not ours": {},
    "another stack's": {**STACK_TAGS, "berth:stack": "other"},
    "another deployment's": {**STACK_TAGS, "berth:deployment": "other"},
}
INTENTS = (
    Intent(kind="reconcile"),
    Intent(kind="deploy"),
    Intent(kind="deploy", plan="p5-second"),
    Intent(kind="rotate"),
    Intent(kind="rotate", instance_count=2),
    Intent(kind="rotate", model="by-hand"),
    Intent(kind="hand_over"),
    Intent(kind="hand_over", by_hand=False),
    Intent(kind="hand_over", ladder=("next_plan", "on_demand", "delete")),
    Intent(kind="scale"),
    Intent(kind="scale", copies=0),
    Intent(kind="scale", copies=3),
    Intent(kind="scale", park=True),
)


@st.composite
def plans(draw: Any, there: EndpointSeen | None) -> tuple[PlanSeen, ...]:
    """Some of the two plans, each with a block that may have begun, and perhaps one more after a gap."""
    found: list[PlanSeen] = []
    for name, arn in PLANS.items():
        ours = there.instance_count if there and there.plan_arn == arn else 0
        total = ours + draw(st.integers(0 if ours else 1, 3))
        used = draw(st.integers(ours, total))
        end = END + draw(st.integers(-9000, 300)) * MINUTE
        blocks = [block(START, end, total), block(end + 20 * HOUR, end + 40 * HOUR, total)]
        seen = plan(
            name=name,
            arn=arn,
            status=draw(st.sampled_from([PlanStatus.ACTIVE, PlanStatus.ACTIVE, *PlanStatus, "Suspended"])),
            targets=draw(st.sampled_from([("endpoint",), ("endpoint",), (), ("training-job",)])),
            total_count=total,
            available_count=total - used,
            in_use_count=used,
            blocks=tuple(blocks[: draw(st.integers(1, 2))]),
        )
        found += draw(st.sampled_from([[seen], [seen], []]))
    return tuple(found)


@st.composite
def endpoints(draw: Any, wanted: Registration) -> EndpointSeen | None:
    """With the wanted config, another model's, or one by hand; ours, and perhaps held."""
    old = registration(model="old") if wanted.manifest.components is None else wanted
    live = draw(st.sampled_from([wanted, old, old, None]))
    if live is None:
        return None
    tags = [STACK_TAGS] * 6
    held = [{**STACK_TAGS, "berth:hold": said} for said in ("whenever", "2026-03-05T00:00:00Z")]
    over: dict[str, Any] = {"config_name": "by-hand"} if draw(st.integers(0, 5)) == 0 else {}
    return endpoint(
        live,
        count=draw(st.integers(1, 3)),
        plan_arn=draw(st.sampled_from([*PLANS.values(), None])),
        status=draw(st.sampled_from(["InService"] * 6 + ["Failed", "Updating", "UpdateRollbackFailed"])),
        tags=draw(st.sampled_from([*tags, *held])),
        changed_at=START + draw(st.integers(-48, 48)) * HOUR,
        **over,
    )


@st.composite
def components(draw: Any, wanted: Registration) -> tuple[ComponentSeen, ...]:
    """The declared ones, some of them, in any state, ours or not."""
    found: list[ComponentSeen] = []
    for each in wanted.manifest.components or ():
        copies = draw(st.integers(0, 2))
        seen = ComponentSeen(
            name=each.name,
            status=draw(st.sampled_from(["InService"] * 5 + ["Failed", "Updating"])),
            desired_copies=copies,
            current_copies=copies,
            ours=draw(st.integers(0, 9)) > 0,
            model=draw(st.sampled_from([each.model, each.model, "old"])),
            accelerators=each.accelerators,
            memory_mb=each.memory_mb,
        )
        found += draw(st.sampled_from([[seen], [seen], []]))
    return tuple(found)


@st.composite
def attempts(draw: Any, now: datetime) -> tuple[Any, ...]:
    """What was done or failed before, newest first."""
    ages = sorted(draw(st.lists(st.integers(1, 3000), max_size=5)))
    kinds = [("deploy", None), ("rotate", None), ("rotate", "hop"), ("hand_over", "on_demand"), ("scale", None)]
    found = []
    for age in ages:
        kind, rung = draw(st.sampled_from([*kinds, ("hand_over", "scale_to_zero"), ("tidy", None)]))
        done = draw(st.booleans())
        ended_at = now - age * MINUTE
        found.append(
            attempt(kind=kind, rung=rung, done=done, started_at=ended_at - 9 * MINUTE, ended_at=ended_at, code="x")
        )
    return tuple(found)


@st.composite
def registrations(draw: Any, now: datetime) -> Registration:
    """Perhaps with something asked by hand, perhaps removed a minute ago."""
    asked = [
        None,
        None,
        Override(model="by-hand"),
        Override(instance_count=2),
        Override(copies=1, copies_at=now - HOUR),
    ]
    over = {
        "override": draw(st.sampled_from(asked)),
        "removed_at": draw(st.sampled_from([None, None, None, now - MINUTE])),
    }
    return registration(over, **draw(manifests()))


@st.composite
def stays(draw: Any, now: datetime, there: EndpointSeen | None) -> tuple[OnDemandUse, ...]:
    """One that runs, perhaps as a hop, where the endpoint is on on-demand; else one that is over, or none."""
    since = now - draw(st.integers(1, 1600)) * MINUTE
    if there is None or there.plan_arn is not None:
        return tuple(draw(st.sampled_from([(), (stay(since - HOUR, since),)])))
    running = stay(since, instance_type=draw(st.sampled_from([P5, P4D])))
    return (running.model_copy(update={"hop": draw(st.integers(0, 4)) == 0}),)


@st.composite
def snapshots(draw: Any) -> Snapshot:
    """What we may act on: ours, and nobody else at it. `hindered` makes others of it."""
    now = START + draw(st.integers(-600, 11_000)) * MINUTE
    wanted = draw(registrations(now))
    there = draw(endpoints(wanted))
    seen = snapshot(
        now,
        deployment=wanted,
        policy=Policy(
            stack="berth",
            prices_usd_per_hour=draw(st.sampled_from([{P5: "55.04", P4D: "21.96"}, {P4D: "21.96"}])),
        ),
        plans=draw(plans(there)),
        endpoint=there,
        attempts=draw(attempts(now)),
        on_demand=draw(stays(now, there)),
        components=draw(components(wanted)) if there else (),
        rivals=draw(st.sampled_from([(), _rivals()])),
        waiting=draw(st.sampled_from([(), ("other",)])),
        rollback_alarms=draw(st.sampled_from([(), (RollbackAlarm(name="5xx", state="OK"),)])),
        turns=draw(st.sampled_from([(), (Turn(model="ft-a", started_at=START, ended_at=START + 20 * HOUR),)])),
        purchases=draw(purchases(wanted)),
    )
    return seen if draw(st.booleans()) else scaled_by_itself(seen, draw)


def hindered(seen: Snapshot) -> dict[str, Snapshot]:
    """The same, but for what forbids every change of it."""
    observing = seen.policy.model_copy(update={"observe_only": True})
    found = {"observing": seen.model_copy(update={"policy": observing})}
    if seen.endpoint is not None:
        for name, tags in STRANGERS.items():
            theirs = seen.endpoint.model_copy(update={"tags": tags})
            found[name] = seen.model_copy(update={"endpoint": theirs})
    return found


def _rivals() -> tuple[Any, ...]:
    return ({"name": "aya", "plan": "p5-for-eval", "priority": 1, "instance_count": 1},)


@st.composite
def purchases(draw: Any, wanted: Registration) -> tuple[Purchase, ...]:
    """A request for the first of the manifest's plans: open, refused, or paid."""
    if wanted.manifest.reservation.purchase is None or wanted.removed_at or missing_plan(wanted, ()) is None:
        return ()
    ordered = order_of_manifest(PurchaseRequest(), wanted, (), None)
    ended = draw(st.sampled_from([{}, {"ended_at": START}, {"ended_at": START, "code": "NoOffer", "reason": "none"}]))
    before = {"order": ordered, "request_id": "r", "holder": "e", "begun_at": START, "lapses_at": END, "offer": offer()}
    return tuple(draw(st.sampled_from([(), (Purchase.model_validate({**before, **ended}),)])))


def scaled_by_itself(seen: Snapshot, draw: Any) -> Snapshot:
    """With scaling as it shall be, and alarms that may say that nobody calls."""
    if seen.endpoint is None or not seen.components:
        return seen
    idle_since = draw(st.sampled_from([None, seen.now - 2 * HOUR]))
    return seen.model_copy(update={"scaling": registered(seen), "alarms": alarms(seen, idle_since=idle_since)})
