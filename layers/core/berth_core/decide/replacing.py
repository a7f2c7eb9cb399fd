"""A new model, or other needs, of an inference component: how its copies are replaced, or why they can't be.

New copies come up beside the old, so a batch of them needs accelerators that nobody uses. What doesn't fit is refused
with the numbers before any call; the component keeps what it has, and all else goes on.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from berth_core.accelerators import accelerators_of
from berth_core.decide.arranging import ours
from berth_core.decide.guardrails import SECONDS, batches
from berth_core.decide.leaving import leaves_at
from berth_core.decide.rollback_alarms import objection
from berth_core.decide.standing_on import plan_under
from berth_core.decisions import ComponentSpec
from berth_core.durations import expected
from berth_core.facts import ComponentSeen, Snapshot
from berth_core.manifest import Rollout
from berth_core.model import Frozen

LEAST_SECONDS, MOST_SECONDS = SECONDS["MaximumExecutionTimeoutInSeconds"]


class Replaced(Frozen):
    """`specs` as they can be had now, with the way of each change; `reasons` for the ways that were taken, `noes` for
    what can't be had. `longest` is the time that AWS gets for all of it."""

    specs: tuple[ComponentSpec, ...]
    reasons: tuple[str, ...] = ()
    noes: tuple[str, ...] = ()
    code: str = "NoRoom"
    """Of the refusal, if all that is left to do can't be done."""
    longest: timedelta = timedelta(0)


class _Need(Frozen):
    """One component's change: from so many copies to so many, with so many accelerators each, and what is free."""

    copies: int
    more: int
    accelerators: int
    free: int | None
    seconds: float | None
    launch: timedelta
    rules: Rollout


class _Way(Frozen):
    strategy: str
    takes: int
    reason: str
    config: dict[str, Any] | None = None
    seconds: int = 0


def replaced(seen: Snapshot, specs: tuple[ComponentSpec, ...]) -> Replaced:
    """One change after the other, since each takes accelerators from those that follow."""
    found = Replaced(specs=())
    free = _free(seen)
    for spec in specs:
        there = ours(seen).get(spec.name)
        if there is None or not _is_other(spec, there) or not _copies(spec, there):
            found = found.model_copy(update={"specs": (*found.specs, spec)})
            continue
        way = _way(_need(seen, spec, there, free))
        warned = objection(seen) if _is_watched(way) else None
        if warned is not None:
            found, way = found.model_copy(update={"code": warned.code}), warned.text
        if isinstance(way, str):
            text = f"{spec.name} serves {there.model}, {spec.model} is wanted: {way}"
            kept = (*found.specs, _as_it_is(spec, there))
            found = found.model_copy(update={"specs": kept, "noes": (*found.noes, text)})
            continue
        free = None if free is None else free - way.takes
        update: dict[str, Any] = {"rollout": way.config, "anew": way.strategy == "recreate"}
        if way.strategy == "recreate":
            update["copies"] = _copies(spec, there)
        found = found.model_copy(
            update={
                "specs": (*found.specs, spec.model_copy(update=update)),
                "reasons": (*found.reasons, f"{spec.name}: {way.reason}"),
                "longest": found.longest + timedelta(seconds=way.seconds),
            }
        )
    return found


def _is_watched(way: _Way | str) -> bool:
    return isinstance(way, _Way) and "AutoRollbackConfiguration" in (way.config or {})


def _is_other(spec: ComponentSpec, there: ComponentSeen) -> bool:
    """One with a container of its own, and so without a model, can't be kept in a specification's words."""
    if there.model is None:
        return False
    found = (there.model, there.accelerators or 0, there.memory_mb)
    return there.status == "InService" and found != (spec.model, spec.accelerators, spec.memory_mb)


def _copies(spec: ComponentSpec, there: ComponentSeen) -> int:
    """None running, or none wanted: then there is nothing to replace, and the change needs no room."""
    return min(1, there.desired_copies) * (there.desired_copies if spec.copies is None else spec.copies)


def _as_it_is(spec: ComponentSpec, there: ComponentSeen) -> ComponentSpec:
    live = {"model": there.model, "accelerators": int(there.accelerators or 0), "memory_mb": there.memory_mb}
    return spec.model_copy(update=live)


def _need(seen: Snapshot, spec: ComponentSpec, there: ComponentSeen, free: int | None) -> _Need:
    leaves = leaves_at(seen)
    copies = _copies(spec, there)
    return _Need(
        copies=copies,
        more=max(0, copies - there.desired_copies),
        accelerators=spec.accelerators,
        free=free,
        seconds=(leaves - seen.now).total_seconds() if leaves else None,
        launch=expected("scale", seen.attempts),
        rules=seen.deployment.manifest.rollout,
    )


def _free(seen: Snapshot) -> int | None:
    """Accelerators without a copy, on all instances that the fleet may have now. None if nobody can count them."""
    live = seen.endpoint.config if seen.endpoint else None
    each = accelerators_of(live.instance_type) if live else None
    if live is None or each is None or seen.endpoint is None:
        return None
    plan = plan_under(seen)
    most = live.instance_count or 0
    if plan is not None:
        most = min(most, seen.endpoint.instance_count + plan.available_count)
    used = sum(other.desired_copies * (other.accelerators or 0) for other in seen.components)
    return int(most * each - used)


def _way(need: _Need) -> _Way | str:
    """The way that the manifest names, or with `auto` the first that fits."""
    noes: list[str] = []
    for strategy in _candidates(need.rules):
        answer = TRY[strategy](need) if strategy in TRY else NOT_HERE
        if isinstance(answer, _Way):
            return answer.model_copy(update={"reason": "; ".join([*noes, answer.reason])})
        noes.append(f"{strategy} {answer}")
    return "; ".join(noes)


def _candidates(rules: Rollout) -> tuple[str, ...]:
    if rules.strategy != "auto":
        return (rules.strategy,)
    beside = ("rolling", "all_at_once") if rules.alarms else ("all_at_once", "rolling")
    return (*beside, "recreate")


NOT_HERE = "is a way of whole endpoints: components have rolling, all_at_once and recreate"


def _all_at_once(need: _Need) -> _Way | str:
    """Without a DeploymentConfig, which knows no other policy than batches: no alarm watches it."""
    takes = (need.copies + need.more) * need.accelerators
    no = _no_room(need, need.copies)
    return no or _Way(strategy="all_at_once", takes=takes, reason=f"all_at_once ({_numbers(need, need.copies)})")


def _rolling(need: _Need) -> _Way | str:
    wait_seconds = need.rules.bake_minutes * 60 if need.rules.alarms else 0
    legal = list(batches(need.copies, wait_seconds))
    if not legal:
        return "moves at most half of the copies at a time, and there is one"
    steps = legal[0]
    no = _no_room(need, steps.instances)
    if no:
        return no
    longest = int(steps.waits_seconds + steps.count * need.launch.total_seconds())
    left = MOST_SECONDS if need.seconds is None else min(MOST_SECONDS, need.seconds)
    if longest > left:
        return f"has no time: {steps.count} batches may take {longest / 60:.0f} minutes, and there are {left / 60:.0f}"
    limit = max(LEAST_SECONDS, longest)
    size = {"Type": "COPY_COUNT", "Value": steps.instances}
    config: dict[str, Any] = {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": size,
            "RollbackMaximumBatchSize": size,
            "WaitIntervalInSeconds": wait_seconds,
            "MaximumExecutionTimeoutInSeconds": limit,
        }
    }
    if need.rules.alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in need.rules.alarms]}
    takes = (steps.instances + need.more) * need.accelerators
    reason = f"rolling, {steps.instances} of {need.copies} copies at a time ({_numbers(need, steps.instances)})"
    return _Way(strategy="rolling", takes=takes, reason=reason, config=config, seconds=limit)


def _recreate(need: _Need) -> _Way | str:
    if not need.rules.allow_downtime:
        return "takes the component down, and rollout.allow_downtime isn't true"
    return _Way(strategy="recreate", takes=0, reason="recreate (deleted first, and down until the new one serves)")


TRY: dict[str, Callable[[_Need], _Way | str]] = {
    "all_at_once": _all_at_once,
    "rolling": _rolling,
    "recreate": _recreate,
}


def _no_room(need: _Need, batch: int) -> str:
    asked = (batch + need.more) * need.accelerators
    if need.free is None or asked <= need.free:
        return ""
    copies = "1 copy" if batch + need.more == 1 else f"{batch + need.more} copies"
    return f"needs {asked} accelerators for {copies} beside those that run, and {need.free} are free"


def _numbers(need: _Need, batch: int) -> str:
    if need.free is None:
        return "nobody knows how many accelerators the instances have"
    return f"{need.free} accelerators free, {(batch + need.more) * need.accelerators} needed"
