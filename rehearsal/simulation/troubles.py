"""Draws what goes wrong: spells of trouble, each at a moment where it hurts, each followed by calm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from rehearsal.simulation.worlds import Trouble, World

_EVENTS = ("SageMaker Endpoint State Change", "SageMaker Endpoint Deployment State Change", "*", "Object Created")
_CALLS = (
    "sagemaker.CreateEndpoint",
    "sagemaker.UpdateEndpoint",
    "sagemaker.DeleteEndpoint",
    "sagemaker.CreateEndpointConfig",
    "sagemaker.DeleteEndpointConfig",
    "sagemaker.DescribeEndpoint",
    "sagemaker.ListTrainingPlans",
    "sagemaker.ListEndpoints",
    "sagemaker.CreateTrainingPlan",
    "sagemaker.SearchTrainingPlanOfferings",
    "sagemaker.*",
    "dynamodb.PutItem",
    "dynamodb.UpdateItem",
    "dynamodb.Query",
    "dynamodb.DeleteItem",
    "stepfunctions.StartExecution",
    "stepfunctions.SendTaskSuccess",
    "scheduler.CreateSchedule",
    "events.PutEvents",
)
_FUNCTIONS = (
    "ObserveDeployment",
    "DecideDeployment",
    "ClaimDecision",
    "ApplyConfig",
    "ApplyEndpoint",
    "ApplyDeletion",
    "AwaitEndpoint",
    "DecideOutcome",
    "CleanConfigs",
    "RecordOutcome",
    "WatchPlans",
    "WakeDeployments",
    "ResumeWaiters",
    "RegisterManifest",
    "ApplyPurchase",
    "RecordPurchase",
    "ClaimPurchase",
)
_MACHINES = ("deployment_reconcile", "endpoint_deploy", "endpoint_rotate", "window_handover")
_COMPONENT_CALLS = (
    "sagemaker.CreateInferenceComponent",
    "sagemaker.UpdateInferenceComponent",
    "sagemaker.UpdateInferenceComponentRuntimeConfig",
    "sagemaker.DeleteInferenceComponent",
    "sagemaker.ListInferenceComponents",
    "application-autoscaling.*",
    "cloudwatch.PutMetricAlarm",
    "cloudwatch.DeleteAlarms",
)
_COMPONENT_FUNCTIONS = ("ApplyComponents", "ApplyScaling")
_INSTANCE_TYPES = ("ml.p5.48xlarge", "ml.p4d.24xlarge")
_PLENTY = 100
_ORDERED = timedelta(hours=1)
_PURCHASES = (*("sagemaker.CreateTrainingPlan",) * 3, "sagemaker.ListTrainingPlans")
_PURCHASERS = ("ApplyPurchase", "ClaimPurchase", "RecordPurchase")
_NEXT_SPELL = timedelta(hours=3)
_SETTLES = timedelta(minutes=65)
"""Ten minutes, a lapsed lease's twenty, and half an hour of rest."""
_ORDERS = 0.5
"""So often trouble comes when a plan is being bought, where there is one to be bought."""
_WHOLE = 0.03
"""So many worlds are played to their own end whenever the trouble was."""

type _Kind = Callable[[Random, World, datetime, datetime], Trouble]


def drawn_troubles(random: Random, world: World, hot: list[datetime]) -> World:
    """One to three spells, none of which begins before the last one is over; then as long as it may take to settle.

    Some worlds are played to their own end, to see what is left over there.
    """
    first, last = world.scenario.start + timedelta(minutes=1), world.scenario.ends_at - timedelta(hours=2)
    begins = min(max(first, _near(random, hot)), last)
    if world.orders and random.random() < _ORDERS:
        begins = world.scenario.start + timedelta(minutes=random.randint(10, 20))
    troubles: list[Trouble] = []
    calms: list[datetime] = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        ends = begins + timedelta(minutes=random.randint(5, 40))
        kinds = _kinds(random, world, begins)
        troubles += [kind(random, world, begins, ends) for kind in kinds]
        calms.append(ends)
        following = [at for at in hot if timedelta(0) < at - ends < _NEXT_SPELL]
        if not following:
            break
        begins = max(ends + timedelta(minutes=30), _near(random, following))
    until = calms[-1] + _SETTLES + world.slowest
    is_whole = random.random() < _WHOLE or until + timedelta(hours=1) > world.scenario.ends_at
    return replace(world, troubles=tuple(troubles), calms=tuple(calms), until=None if is_whole else until)


def _kinds(random: Random, world: World, begins: datetime) -> list[_Kind]:
    chosen = random.choices(tuple(_KINDS), weights=tuple(_KINDS.values()), k=random.randint(2, 6))
    if world.components:
        chosen[:2] = random.choices((_component, _component_call, _component_function, *chosen[:2]), k=2)
    if world.orders and begins < world.scenario.start + _ORDERED:
        chosen.append(_purchase)
    return chosen


def _near(random: Random, hot: list[datetime]) -> datetime:
    return random.choice(hot) + timedelta(minutes=random.randint(-10, 20))


def _fault(about: str, begins: datetime, ends: datetime, fault: dict[str, Any], *excuses: str) -> Trouble:
    step = {"at": begins.isoformat(), "fault": [fault]}
    return Trouble(about, begins, ends, (step,), frozenset(excuses))


def _event(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    fault: dict[str, Any] = {"on": f"event:{random.choice(_EVENTS)}", "do": random.choice(("drop", "double", "delay"))}
    if fault["do"] == "delay":
        # Several late by different times come in another order.
        fault["seconds"] = random.choice((5, 90, 600))
    if random.random() < 0.5:
        fault["times"] = random.randint(1, 3)
    return _fault(f"{fault['do']} {fault['on']}", begins, ends, fault)


def _call(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    do = random.choice(("throttle", "error_before", "error_after"))
    fault = {"on": f"api:{random.choice(_CALLS)}", "do": do, "times": random.randint(1, 6)}
    return _fault(f"{do} {fault['on']} {fault['times']} times", begins, ends, fault)


def _function(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    do = random.choice(("crash_before", "crash_after", "crash_after", "timeout"))
    fault = {"on": f"function:{random.choice(_FUNCTIONS)}Function", "do": do, "times": random.randint(1, 3)}
    return _fault(f"{do} {fault['on']} {fault['times']} times", begins, ends, fault)


def _purchase(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    if random.random() < 0.3:
        on, do = f"function:{random.choice(_PURCHASERS)}Function", random.choice(("crash_after", "timeout"))
    else:
        on, do = f"api:{random.choice(_PURCHASES)}", random.choice(("error_after", "error_after", "error_before"))
    times = random.randint(1, 3)
    return _fault(f"{do} {on} {times} times", begins, ends, {"on": on, "do": do, "times": times})


def _schedule(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    on = random.choice(("schedule:*", "schedule:*", "schedule:watch"))
    fault: dict[str, Any] = {"on": on, "do": random.choice(("drop", "delay")), "times": random.randint(1, 2)}
    if fault["do"] == "delay":
        fault["seconds"] = random.choice((60, 400))
    return _fault(f"{fault['do']} {on}", begins, ends, fault, "schedules")


def _update(random: Random, world: World, begins: datetime, ends: datetime) -> Trouble:
    do = random.choice(("fail_update", "silent_rollback", "no_capacity", "slow"))
    fault: dict[str, Any] = {"on": f"endpoint:{random.choice(world.deployments)}", "do": do, "times": 1}
    if do == "slow":
        fault["seconds"] = random.choice((120, 900))
    return _fault(f"{do} {fault['on']}", begins, ends, fault, "updates")


def _component(random: Random, world: World, begins: datetime, ends: datetime) -> Trouble:
    do = random.choice(("fail", "slow"))
    fault: dict[str, Any] = {"on": f"component:{random.choice(world.components)}", "do": do, "times": 1}
    if do == "slow":
        fault["seconds"] = random.choice((120, 900))
    return _fault(f"{do} {fault['on']}", begins, ends, fault, "updates")


def _component_call(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    do = random.choice(("throttle", "error_before", "error_after"))
    fault = {"on": f"api:{random.choice(_COMPONENT_CALLS)}", "do": do, "times": random.randint(1, 6)}
    return _fault(f"{do} {fault['on']} {fault['times']} times", begins, ends, fault)


def _component_function(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    do = random.choice(("crash_before", "crash_after", "timeout"))
    fault = {"on": f"function:{random.choice(_COMPONENT_FUNCTIONS)}Function", "do": do, "times": random.randint(1, 3)}
    return _fault(f"{do} {fault['on']} {fault['times']} times", begins, ends, fault)


def _capacity(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    instance_type = random.choice(_INSTANCE_TYPES)
    steps = tuple(
        {"at": at.isoformat(), "on_demand_capacity": {"instance_type": instance_type, "available": available}}
        for at, available in ((begins, 0), (ends, _PLENTY))
    )
    return Trouble(f"no {instance_type} on demand", begins, ends, steps, frozenset({"capacity"}))


def _stopped(random: Random, _world: World, begins: datetime, ends: datetime) -> Trouble:
    machine = random.choice(_MACHINES)
    at = begins + timedelta(seconds=random.randint(0, int((ends - begins).total_seconds())))
    step = {"at": at.isoformat(), "stop_runs": {"machine": machine}}
    return Trouble(f"{machine} stopped", at, ends, (step,), frozenset({"runs"}))


_KINDS: dict[_Kind, int] = {
    _event: 5,
    _call: 6,
    _function: 6,
    _schedule: 2,
    _update: 3,
    _capacity: 1,
    _stopped: 1,
}
