"""Worlds in which people are asked, and more is bought or tried out: approvals, extensions, releases over staging."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from rehearsal.simulation.worlds import Declared, Written

_LONGER = timedelta(days=1)
_EXTENSION_USD = Decimal(300)
_NEW_MODEL = "my-model-v2"
_STAGING: Written = {"approval": "none", "checks": [{"body": '{"inputs": "hi"}', "max_latency_ms": 30_000}]}
_ROLE = "arn:aws:iam::111122223333:role/inference"


@dataclass(frozen=True)
class Asking:
    """What a world has beyond its wishes. `longer`: so much longer does it last."""

    declared: tuple[Declared, ...]
    steps: tuple[Written, ...] = ()
    longer: timedelta = timedelta(0)


def with_questions(
    random: Random, start: datetime, declared: Sequence[Declared], plan: Written, *, bought: bool, alone: bool
) -> Asking:
    """`plan`: the first window's name, count, start and end. `bought` by the service; `alone`: there is no other."""
    asking = Asking(tuple(declared))
    if bought and random.random() < 0.7:
        asking = _approved(random, start, asking, plan["name"])
    if alone and not bought and random.random() < 0.6:
        asking = _extended(random, start, asking, plan)
    if random.random() < 0.5:
        asking = _released(random, asking, plan)
    return asking


def _approved(random: Random, start: datetime, asking: Asking, plan: str) -> Asking:
    """The purchase waits for a yes, which may be a no, or may not come."""

    def ask(manifest: Written) -> None:
        if "purchase" in manifest["reservation"]:
            manifest["reservation"]["purchase"]["approval"] = "required"

    answered = _answers(random, plan, [start + timedelta(minutes=minutes) for minutes in (30, 40, 80)])
    return replace(asking, declared=_changed(asking, ask), steps=(*asking.steps, *answered))


def _extended(random: Random, start: datetime, asking: Asking, plan: Written) -> Asking:
    approval = random.choice(("none", "required"))
    cap = _EXTENSION_USD + random.choice((10, 10, 10, -5))
    first = asking.declared[0].deployment

    def ask(manifest: Written) -> None:
        ends = manifest["end_of_window"]
        ends["ladder"] = ["extend", *ends["ladder"]]
        ends["extend"] = {"days": 1, "max_price_usd": f"{cap}.00", "approval": approval}

    offer = {
        "instance_type": "ml.p5.48xlarge",
        "instance_count": plan["count"],
        "blocks": [{"start": plan["end"].isoformat(), "end": (plan["end"] + _LONGER).isoformat()}],
        "upfront_fee": f"{_EXTENSION_USD}.00",
        "extends": plan["name"],
    }
    sold: Written = {"at": (start + timedelta(minutes=10)).isoformat(), "put_on_sale": offer}
    opens = plan["start"]
    moments = [opens + timedelta(minutes=minutes) for minutes in (5, 20, 60)] if approval == "required" else []
    return replace(
        asking,
        declared=_changed(asking, ask, only=first),
        steps=(*asking.steps, sold, *_answers(random, plan["name"], moments)),
        longer=_LONGER,
    )


def _released(random: Random, asking: Asking, plan: Written) -> Asking:
    """A new model goes over staging onto the reservation: somebody starts it while the window is open."""
    name = asking.declared[0].deployment
    if asking.declared[0].manifest is None or "model" not in asking.declared[0].manifest:
        return asking

    def ask(manifest: Written) -> None:
        manifest["staging"] = copy.deepcopy(_STAGING)
        manifest["execution_role_arn"] = _ROLE

    at = plan["start"] + timedelta(minutes=random.randint(30, 150))
    start = {"machine": "release_promote", "input": {"deployment": name, "model": _NEW_MODEL}}
    begun: Written = {"at": at.isoformat(), "start": start}
    return replace(asking, declared=_changed(asking, ask, only=name), steps=(*asking.steps, begun))


def _changed(asking: Asking, change: Callable[[Written], None], only: str | None = None) -> tuple[Declared, ...]:
    found = []
    for each in asking.declared:
        wish = copy.deepcopy(each.manifest)
        if wish is not None and only in (None, each.deployment):
            change(wish)
        found.append(Declared(each.at, each.deployment, wish))
    return tuple(found)


def _answers(random: Random, plan: str, moments: Sequence[datetime]) -> list[Written]:
    """Somebody looks at the mail now and then, and answers what was asked by then; or nobody does."""
    decision = random.choice(("approve", "approve", "approve", "reject", None))
    if decision is None:
        return []
    given: Written = {"plan": plan, "decision": decision, "if_asked": True}
    return [{"at": at.isoformat(), "answer_approval": given} for at in moments]
