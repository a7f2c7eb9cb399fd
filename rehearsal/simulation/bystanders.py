"""What people do in a drawn world besides buying: they declare, start by hand, send requests; and one is a stranger."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from rehearsal.simulation.worlds import Declared, Written

STRANGERS_CONFIG = "llama-eval-0badcafe-x1"
_TYPE = "ml.p5.48xlarge"


def strangers(random: Random, start: datetime) -> list[Written]:
    """Somebody's own config whose name looks like one of ours."""
    if random.random() > 0.3:
        return []
    asked = {
        "EndpointConfigName": STRANGERS_CONFIG,
        "ProductionVariants": [
            {"VariantName": "main", "ModelName": "my-model", "InstanceType": _TYPE, "InitialInstanceCount": 1}
        ],
    }
    call = {"operation": "CreateEndpointConfig", "parameters": asked}
    return [{"at": (start + timedelta(minutes=1)).isoformat(), "call_sagemaker": call}]


def puts(declared: list[Declared]) -> list[Written]:
    return [
        {"at": each.at.isoformat(), "remove_manifest": {"deployment": each.deployment}}
        if each.manifest is None
        else {"at": each.at.isoformat(), "put_manifest": {"deployment": each.deployment, "manifest": each.manifest}}
        for each in declared
    ]


def by_hand(random: Random, declared: list[Declared]) -> list[Written]:
    """Somebody is impatient, and starts what a manifest that was just registered has started already."""
    impatient = [each for each in declared if random.random() < 0.3 and each.manifest is not None]
    return [
        {
            "at": (each.at + timedelta(seconds=random.randint(7, 12))).isoformat(),
            "start": {"machine": "deployment_reconcile", "input": {"deployment": each.deployment}},
        }
        for each in impatient
    ]


def at_opening(
    random: Random, declared: list[Declared], openings: list[datetime], activation_minutes: float
) -> list[Written]:
    """Somebody has waited for the block, and starts what its opening starts as well, for what isn't removed by then."""
    steps: list[Written] = []
    for opens in openings:
        at = opens + timedelta(minutes=activation_minutes, seconds=random.choice((0, 1, 3, 8)))
        last = {each.deployment: each.manifest for each in declared if each.at < at}
        names = sorted(name for name, manifest in last.items() if manifest is not None)
        if names and random.random() < 0.5:
            asked = {"machine": "deployment_reconcile", "input": {"deployment": random.choice(names)}}
            steps.append({"at": at.isoformat(), "start": asked})
    return steps


def traffic(declared: list[Declared], start: datetime, until: datetime) -> list[Written]:
    names = dict.fromkeys(each.deployment for each in declared)
    times = {"from": (start + timedelta(minutes=30)).isoformat(), "until": until.isoformat()}
    at = (start + timedelta(minutes=30)).isoformat()
    return [{"at": at, "traffic": {"endpoint": name, "requests_per_minute": 6, **times}} for name in names]
