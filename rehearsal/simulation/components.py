"""Worlds whose models run as inference components: what is asked for, by the clock and by use, and who calls when."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from rehearsal.simulation.worlds import Declared, Written

_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")
_ROLE = "arn:aws:iam::111122223333:role/inference"
_ON_ONE_INSTANCE = 8
"""Accelerators."""
_CALLS_PER_MINUTE = 6


@dataclass(frozen=True)
class Serving:
    """Of one deployment, whatever else its manifest asks for. Each component's name with its shape."""

    components: tuple[tuple[str, Written], ...]
    scaling: Written | None
    lets_copies_rest: bool

    def put_into(self, manifest: Written) -> Written:
        """The same wish, served by components instead of by a model on the variant."""
        wish = copy.deepcopy(manifest)
        model = wish.pop("model")
        wish.pop("smoke_test", None)
        wish["execution_role_arn"] = _ROLE
        wish["components"] = [{"name": name, "model": model, **shape} for name, shape in self.components]
        if self.scaling is not None:
            wish["scaling"] = copy.deepcopy(self.scaling)
        if self.lets_copies_rest:
            ends = wish["end_of_window"]
            ends["ladder"] = [*(rung for rung in ends["ladder"] if rung != "delete"), "scale_to_zero", "delete"]
            ends["between_blocks"] = "scale_to_zero" if "on_demand" in ends else ends["between_blocks"]
        return wish


def drawn_serving(random: Random, name: str, start: datetime) -> Serving:
    shapes = [(f"{name}-chat", _shape(random))]
    # What its own copies leave no room for, nobody can bring up.
    if random.random() < 0.3 and shapes[0][1]["copies"] * shapes[0][1]["accelerators"] < _ON_ONE_INSTANCE:
        shapes.append((f"{name}-guard", {"copies": 1, "max_copies": random.choice((1, 2))}))
    return Serving(tuple(shapes), _scaling(random, start), random.random() < 0.4)


def _shape(random: Random) -> Written:
    copies = random.choice((1, 1, 2))
    return {
        "copies": copies,
        "max_copies": copies + random.choice((0, 1, 2)),
        "accelerators": random.choice((1, 2, 4)),
    }


def _scaling(random: Random, start: datetime) -> Written | None:
    if random.random() < 0.2:
        return None
    asked: Written = {"wake": random.random() < 0.8}
    if random.random() < 0.5:
        asked["target_concurrency"] = 5
    if random.random() < 0.5:
        asked["idle"] = {"minutes": random.choice((10, 20)), "copies": 0}
    if random.random() < 0.5:
        asked["schedule"] = _schedule(random, start)
    if random.random() < 0.2:
        asked["method"] = "delete_and_recreate"
    return asked


def _schedule(random: Random, start: datetime) -> list[Written]:
    """Off in mid-window and on again, by somebody's clock."""
    zone = random.choice(_ZONES)
    off = start + timedelta(hours=random.randint(3, 5), minutes=random.choice((0, 20, 45)))
    on = off + timedelta(minutes=random.choice((40, 90, 150)))
    rest: Written = {"cron": _daily(off, zone), "timezone": zone, "copies": 0}
    return [rest, {"cron": _daily(on, zone), "timezone": zone, "copies": 1, "ready_by": random.random() < 0.5}]


def _daily(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.minute} {there.hour} ? * * *"


def declared_with(serving: dict[str, Serving], declared: list[Declared]) -> list[Declared]:
    """The same wishes, those of some deployments for components."""
    return [
        each
        if each.manifest is None or each.deployment not in serving
        else Declared(each.at, each.deployment, serving[each.deployment].put_into(each.manifest))
        for each in declared
    ]


def calls(random: Random, serving: dict[str, Serving], start: datetime, until: datetime) -> list[Written]:
    """To each component now and then, with gaps that are longer than an idle time."""
    steps: list[Written] = []
    for each in serving.values():
        for name, _ in each.components:
            endpoint = name.rpartition("-")[0]
            begins = start + timedelta(minutes=30 + random.randint(0, 90))
            while begins < until:
                ends = begins + timedelta(minutes=random.choice((30, 90, 240)))
                steps.append(_stream(endpoint, name, begins, min(ends, until)))
                begins = ends + timedelta(minutes=random.choice((15, 45, 120)))
    return steps


def _stream(endpoint: str, component: str, begins: datetime, ends: datetime) -> Written:
    stream = {"endpoint": endpoint, "component": component, "requests_per_minute": _CALLS_PER_MINUTE}
    return {
        "at": begins.isoformat(),
        "traffic": {**stream, "from": begins.isoformat(), "until": ends.isoformat()},
    }
