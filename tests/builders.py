"""Facts that are valid by default, so that a test says only what matters to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.forbidding import target_of
from berth_core.decide.intent import Intent
from berth_core.facts import (
    Attempt,
    Block,
    ConfigSeen,
    EndpointSeen,
    Lease,
    OnDemandUse,
    PlanSeen,
    Policy,
    Registration,
    Snapshot,
    VariantSeen,
)
from berth_core.manifest import Manifest
from berth_core.naming import config_spec
from berth_core.outcomes import Outcome

START = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
END = START + timedelta(hours=168)
P5 = "ml.p5.48xlarge"
P4D = "ml.p4d.24xlarge"
PLAN_ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p5-for-eval"
STACK_TAGS = {"berth:stack": "berth", "berth:deployment": "llama-eval"}
ON_DEMAND = {"instance_types": [P5, P4D], "max_hours": 24, "max_usd": "2400.00"}


def manifest(**over: Any) -> Manifest:
    """One model on one of the plan's instances; `over` replaces top-level keys."""
    given: dict[str, Any] = {
        "version": 1,
        "name": "llama-eval",
        "reservation": {"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 1},
        "model": "my-model",
        "end_of_window": {"on_demand": ON_DEMAND},
        **over,
    }
    return Manifest.model_validate(given)


def registration(over: dict[str, Any] | None = None, **manifest_over: Any) -> Registration:
    """A registered deployment; `over` replaces the registration's own fields."""
    given: dict[str, Any] = {
        "name": "llama-eval",
        "manifest": manifest(**manifest_over),
        "version": "v1",
        "registered_at": START - timedelta(days=1),
        **(over or {}),
    }
    return Registration(**given)


def block(starts_at: datetime = START, ends_at: datetime = END, count: int = 2) -> Block:
    return Block(starts_at=starts_at, ends_at=ends_at, instance_type=P5, instance_count=count)


def plan(**over: Any) -> PlanSeen:
    """An Active plan of two free p5 instances for a week."""
    given: dict[str, Any] = {
        "name": "p5-for-eval",
        "arn": PLAN_ARN,
        "status": "Active",
        "targets": ("endpoint",),
        "total_count": 2,
        "available_count": 2,
        "in_use_count": 0,
        "blocks": (block(),),
        **over,
    }
    return PlanSeen(**given)


def endpoint(deployed: Registration | None = None, **over: Any) -> EndpointSeen:
    """In service on the plan with the config that the deployment wants; `over` replaces fields."""
    count = over.pop("count", 1)
    plan_arn = over.pop("plan_arn", PLAN_ARN)
    instance_type = over.pop("instance_type", P5)
    spec = config_spec(deployed or registration(), instance_type=instance_type, count=count, plan_arn=plan_arn)
    seen = ConfigSeen(
        name=spec.name, model=spec.model, instance_type=instance_type, instance_count=count, plan_arn=plan_arn
    )
    given: dict[str, Any] = {
        "name": "llama-eval",
        "arn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/llama-eval",
        "status": "InService",
        "config_name": spec.name,
        "variants": (VariantSeen(name="main", current_count=count, desired_count=count, plan_arn=plan_arn),),
        "config": seen,
        "tags": STACK_TAGS,
        "changed_at": START,
        **over,
    }
    return EndpointSeen(**given)


def attempt(**over: Any) -> Attempt:
    given: dict[str, Any] = {
        "kind": "rotate",
        "target": "x",
        "started_at": START,
        "ended_at": START + timedelta(minutes=4),
        "done": True,
        **over,
    }
    return Attempt(**given)


def stay(
    started_at: datetime, ended_at: datetime | None = None, instance_type: str = P5, count: int = 1
) -> OnDemandUse:
    return OnDemandUse(instance_type=instance_type, instance_count=count, started_at=started_at, ended_at=ended_at)


def lease(holder: str, expires_at: datetime) -> Lease:
    return Lease(holder=holder, purpose="endpoint_rotate", expires_at=expires_at)


def snapshot(now: datetime = START + timedelta(hours=1), **over: Any) -> Snapshot:
    """One registered deployment, its plan Active, no endpoint yet."""
    given: dict[str, Any] = {
        "now": now,
        "deployment": registration(),
        "policy": Policy(stack="berth", prices_usd_per_hour={P5: "55.04", P4D: "21.96"}),
        "plans": (plan(),),
        "holder": "me",
        **over,
    }
    return Snapshot(**given)


def reconcile(rounds: int = 0) -> Intent:
    return Intent(kind="reconcile", rounds=rounds)


def decide(seen: Any, intent: Intent | None = None) -> Any:
    """The decision on a snapshot; without an intent, what the stack would do by itself."""
    return decide_deployment(seen, intent or reconcile())


def outcome_of(decision: Any, kind: str) -> Outcome:
    """What came of a rung of the ladder, five minutes later."""
    return Outcome.model_validate(
        {
            "kind": kind,
            "code": "NoCapacity",
            "reason": "no capacity",
            "decision_id": decision.id,
            "asked": "hand_over",
            "rung": decision.rung,
            "target": target_of(decision),
            "started_at": decision.started_at,
            "ended_at": decision.started_at + timedelta(minutes=5),
            "took_seconds": 300,
        }
    )
