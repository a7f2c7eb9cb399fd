"""Trouble that is planned, and looking at what came of it."""

from __future__ import annotations

from rehearsal.doing.stage import Stage
from rehearsal.expectations import Expectation
from rehearsal.faults import Fault


def plan_faults(stage: Stage, faults: tuple[Fault, ...]) -> None:
    stage.cloud.faults.add([fault.model_dump(exclude_none=True) for fault in faults])
    for fault in faults:
        times = "always" if fault.times is None else f"{fault.times} times"
        stage.tell("plan fault", fault.on, f"{fault.do}, {times}")


def clear_faults(stage: Stage, _: bool) -> None:
    stage.cloud.faults.clear()
    stage.tell("plan fault", "all", "none are planned any more")


def look(stage: Stage, expectations: tuple[Expectation, ...]) -> None:
    stage.verdicts += stage.judge.all(expectations)
