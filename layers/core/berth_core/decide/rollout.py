"""How a new config gets onto the instances: the first way that fits what is there, or a no with the numbers.

Each way says why not, if not; the reason of the one that is taken has the noes of those before it.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from berth_core.decide.guardrails import (
    SECONDS,
    Steps,
    batches,
    beyond_limits,
    blue_green,
    canary,
    linear,
    rolling,
)
from berth_core.durations import DEFAULT_MINUTES
from berth_core.manifest import Rollout
from berth_core.model import Frozen

LEAST_SECONDS, MOST_SECONDS = SECONDS["MaximumExecutionTimeoutInSeconds"]
LAUNCH = timedelta(minutes=DEFAULT_MINUTES["rotate"])
"""What one step is expected to take beside its wait, until measured otherwise."""


class Room(Frozen):
    """What a choice depends on, as it was seen a moment ago.

    `fleet` is the new fleet's size, `running` the present one's. `free` are the plan's spare instances, None on
    on-demand, where nobody counts. `no_hop` and `no_recreate` say why these ways don't fit, empty if they do; on
    on-demand both are the plain way. `seconds` are left until the way off the window begins, None without an end.
    """

    fleet: int
    running: int
    free: int | None = None
    no_hop: str = ""
    no_recreate: str = ""
    seconds: float | None = None
    launch: timedelta = LAUNCH


class Fits(Frozen):
    """`deployment_config` is what UpdateEndpoint gets; none means blue/green, all at once, AWS's default.

    `longest_seconds` is AWS's own limit for it, None where it has none.
    """

    strategy: str
    fleet: int
    deployment_config: dict[str, Any] | None
    reason: str
    longest_seconds: int | None = None


class DoesNotFit(Frozen):
    """Refused before any mutating call."""

    reason: str


def choose_rollout(rollout: Rollout, *rooms: Room) -> Fits | DoesNotFit:
    """The strategy that the manifest names, or with `auto` the first that fits: each at the first size that it can."""
    noes: list[str] = []
    for strategy, room in _candidates(rollout, rooms):
        answer = TRY[strategy](strategy, rollout, room)
        if isinstance(answer, Fits):
            return answer.model_copy(update={"reason": "; ".join([*noes, answer.reason])})
        noes.append(f"{strategy} {answer}")
    return DoesNotFit(reason="; ".join(dict.fromkeys(noes)))


def _candidates(rollout: Rollout, rooms: tuple[Room, ...]) -> Iterator[tuple[str, Room]]:
    """Traffic in steps is of use only to alarms that watch them. What makes room costs money or time: it comes last."""
    for room in rooms:
        whole = "canary" if rollout.alarms and room.fleet > 1 else "all_at_once"
        yield (whole if rollout.strategy == "auto" else rollout.strategy), room
    if rollout.strategy != "auto":
        return
    yield from (("rolling", room) for room in rooms)
    if rooms[0].free is not None:
        yield from (("hop", rooms[0]), ("recreate", rooms[0]))


def _blue_green(strategy: str, rollout: Rollout, room: Room) -> Fits | str:
    if strategy != "all_at_once" and room.fleet < 2:
        return "moves at most half of the fleet at a time, and the fleet is one instance"
    if room.free is not None and room.free < room.fleet:
        return f"needs a whole second fleet, {room.fleet} free of the reservation, and {_are(room.free)} free"
    if strategy == "all_at_once" and not rollout.alarms:
        no = _too_long(room, STEPS[strategy](room.fleet, 0), launches=1)
        if no is not None:
            return no
        # Nothing watches a bake without alarms, so it would only cost time.
        return Fits(
            strategy=strategy,
            fleet=room.fleet,
            deployment_config=None,
            reason=f"{strategy} ({_needed(room, room.fleet)})",
        )
    wait_seconds = rollout.bake_minutes * 60
    steps = STEPS[strategy](room.fleet, wait_seconds)
    limit_seconds = _limit(room)
    config = blue_green(strategy, steps, wait_seconds, limit_seconds)
    no = beyond_limits(config, room.fleet, steps.waits_seconds) or _too_long(room, steps, launches=1)
    return no or _fits(strategy, rollout, config, room, room.fleet)


def _at_once(_fleet: int, wait_seconds: int) -> Steps:
    return Steps(instances=_fleet, count=1, waits_seconds=wait_seconds)


STEPS: dict[str, Callable[[int, int], Steps]] = {"all_at_once": _at_once, "canary": canary, "linear": linear}


def _rolling(strategy: str, rollout: Rollout, room: Room) -> Fits | str:
    """A rolling update replaces the fleet that is there, so it can't change its size."""
    if room.fleet < 2:
        return "moves at most half of the fleet at a time, and the fleet is one instance"
    if room.fleet != room.running:
        return f"keeps the fleet's size, and {room.fleet} are asked where {room.running} run"
    wait_seconds = rollout.bake_minutes * 60 if rollout.alarms else 0
    legal = list(batches(room.fleet, wait_seconds))
    with_room = [steps for steps in legal if room.free is None or steps.instances <= room.free]
    if not with_room:
        return f"needs one batch, {legal[0].instances} free of the reservation, and {_are(room.free or 0)} free"
    in_time = [steps for steps in with_room if _too_long(room, steps, launches=steps.count) is None]
    if not in_time:
        return str(_too_long(room, with_room[-1], launches=with_room[-1].count))
    config = rolling(in_time[0], wait_seconds, _limit(room))
    no = beyond_limits(config, room.fleet, in_time[0].waits_seconds)
    return no or _fits(strategy, rollout, config, room, in_time[0].instances)


def _hop(strategy: str, rollout: Rollout, room: Room) -> Fits | str:
    """Out onto on-demand with the new config, and home again with it: two updates, each with its own outcome."""
    if room.free is None:
        return _blue_green("all_at_once", rollout, room)  # it is there already
    if room.no_hop:
        return room.no_hop
    out = _blue_green("all_at_once", rollout, room.model_copy(update={"free": None}))
    reason = "hop (out to on-demand, and home again when that serves)"
    return out if isinstance(out, str) else out.model_copy(update={"strategy": strategy, "reason": reason})


def _recreate(strategy: str, rollout: Rollout, room: Room) -> Fits | str:
    if room.free is None:
        return _blue_green("all_at_once", rollout, room)  # nobody counts on-demand, so nothing has to go first
    if not rollout.allow_downtime:
        return "takes the endpoint down, and rollout.allow_downtime isn't true"
    reason = "recreate (deleted first, and down until the new one serves)"
    return room.no_recreate or Fits(strategy=strategy, fleet=room.fleet, deployment_config=None, reason=reason)


TRY: dict[str, Callable[[str, Rollout, Room], Fits | str]] = {
    "all_at_once": _blue_green,
    "canary": _blue_green,
    "linear": _blue_green,
    "rolling": _rolling,
    "hop": _hop,
    "recreate": _recreate,
}


def _fits(strategy: str, rollout: Rollout, config: dict[str, Any], room: Room, needed: int) -> Fits:
    if rollout.alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in rollout.alarms]}
    reason = f"{strategy} ({_needed(room, needed)})"
    return Fits(
        strategy=strategy,
        fleet=room.fleet,
        deployment_config=config,
        reason=reason,
        longest_seconds=_limit(room),
    )


def _limit(room: Room) -> int:
    """AWS rolls back by itself what takes longer; it must be over before the way off the window begins."""
    return max(LEAST_SECONDS, int(_left(room)))


def _left(room: Room) -> float:
    return MOST_SECONDS if room.seconds is None else min(MOST_SECONDS, room.seconds)


def _too_long(room: Room, steps: Steps, *, launches: int) -> str | None:
    seconds = steps.waits_seconds + launches * room.launch.total_seconds()
    left = _left(room)
    if seconds <= left:
        return None
    text = f"{steps.count} step{'s' if steps.count > 1 else ''} would take {seconds / 60:.0f} minutes"
    if left < MOST_SECONDS and room.free is None:
        minutes = max(0, left) / 60
        return f"has no time: {text}, and with both fleets on-demand is used up in {minutes:.0f}: raise its caps"
    if left < MOST_SECONDS:
        return f"has no time: {text}, and the way off the window begins in {max(0, left) / 60:.0f}"
    return f"has no time: {text}, and AWS allows {MOST_SECONDS // 60}: lower rollout.bake_minutes"


def _needed(room: Room, needed: int) -> str:
    return "on-demand" if room.free is None else f"{room.free} free, {needed} needed"


def _are(count: int) -> str:
    return f"{count} are" if count != 1 else "1 is"
