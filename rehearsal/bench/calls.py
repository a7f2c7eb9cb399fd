"""How often SageMaker is asked: by each way through a reconcile, and by each watch, in accounts of growing size."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rehearsal.bench.recording import Invocation, rehearse
from rehearsal.cloud import Cloud

SIZES = (1, 100, 1000)
_PAGE = 100
"""The most that SageMaker's lists give at once."""
_INSTANCE_TYPE = "ml.g5.xlarge"


@dataclass(frozen=True)
class Asked:
    """SageMaker calls in an account of `endpoints`, one of them ours: by kind of reconcile, and of a watch."""

    endpoints: int
    reconciles: dict[str, int]
    per_watch: int

    @property
    def floor(self) -> int:
        """The least with which a watch can see all endpoints and the one plan."""
        return math.ceil(self.endpoints / _PAGE) + 1


def crowded(endpoints: int) -> tuple[Invocation, ...]:
    """Plays the fortnight among `endpoints` - 1 of other people's."""
    return rehearse(prepare=_crowd(endpoints - 1))


def count(endpoints: int, invocations: Sequence[Invocation]) -> Asked:
    """What a rehearsal in an account of this size asked of SageMaker."""
    watches = (each.calls_to("sagemaker") for each in invocations if each.function == "WatchPlansFunction")
    return Asked(endpoints, by_reconcile(invocations), max(watches))


def by_reconcile(invocations: Iterable[Invocation]) -> dict[str, int]:
    """SageMaker calls of whole runs, by what they decided to do: the most that one of them made.

    A run's holder is on all that it and the machines that it started ask for. The looks before and after are in it.
    """
    asked: Counter[str] = Counter()
    decided: defaultdict[str, list[str]] = defaultdict(list)
    for each in invocations:
        holder = each.event.get("holder")
        if holder is None:
            continue
        asked[holder] += each.calls_to("sagemaker")
        if each.function == "ClaimDecisionFunction" and json.loads(each.answer)["kind"] == "won":
            kind = _kind(each.event["decision"])
            # The parent claims, and the machine that it starts claims again for the same decision.
            if decided[holder][-1:] != [kind]:
                decided[holder].append(kind)
    return _dearest(asked, decided)


def _dearest(asked: Mapping[str, int], decided: Mapping[str, list[str]]) -> dict[str, int]:
    dearest: dict[str, int] = {}
    for holder, calls in asked.items():
        kind = ", then ".join(decided.get(holder, ())) or "hold"
        dearest[kind] = max(calls, dearest.get(kind, 0))
    return dict(sorted(dearest.items()))


def _kind(decision: dict[str, str]) -> str:
    rung = decision.get("rung")
    return f"{decision['kind']} ({rung})" if rung else decision["kind"]


def _crowd(others: int) -> Callable[[Cloud], None]:
    """Other people's endpoints, in service long before. Their configs cost nothing, so they share one."""

    def prepare(cloud: Cloud) -> None:
        if not others:
            return
        ask = cloud.sagemaker.operations
        ask["CreateModel"]({"ModelName": "other", "ExecutionRoleArn": "arn:aws:iam::111122223333:role/other"})
        variant = {"VariantName": "v", "ModelName": "other", "InstanceType": _INSTANCE_TYPE, "InitialInstanceCount": 1}
        ask["CreateEndpointConfig"]({"EndpointConfigName": "other", "ProductionVariants": [variant]})
        for number in range(others):
            ask["CreateEndpoint"]({"EndpointName": f"other-{number}", "EndpointConfigName": "other"})

    return prepare
