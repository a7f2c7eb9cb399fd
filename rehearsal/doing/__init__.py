"""Does the steps of a scenario: through the same APIs that people and AWS use, and the cloud's own knobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.doing import market, people, pipelines, trouble
from rehearsal.doing.stage import Stage
from rehearsal.steps import Step

ACTS: dict[str, Callable[[Stage, Any], None]] = {
    "put_on_sale": market.put_on_sale,
    "withdraw_offer": market.withdraw_offer,
    "buy": market.buy,
    "change_plan": market.change_plan,
    "on_demand_capacity": market.limit_on_demand,
    "create_model": people.create_model,
    "put_manifest": people.put_manifest,
    "remove_manifest": people.remove_manifest,
    "start": people.start_machine,
    "stop_runs": people.stop_runs,
    "traffic": people.send_traffic,
    "answer_approval": people.answer_approval,
    "make_pipeline": pipelines.make_pipeline,
    "start_pipeline": pipelines.start_pipeline,
    "answer_pipeline": pipelines.answer_pipeline,
    "invoke": people.invoke,
    "call_sagemaker": people.call_sagemaker,
    "set_alarm": people.set_alarm,
    "maintain": market.maintain,
    "fault": trouble.plan_faults,
    "clear_faults": trouble.clear_faults,
    "expect": trouble.look,
}
"""By the verbs of rehearsal/steps.py."""


def do(stage: Stage, step: Step) -> None:
    """One step, now, and all that follows from it at once."""
    if step.note is not None:
        stage.tell("note", "", step.note)
    ACTS[step.verb](stage, getattr(step, step.verb))
    # What a scenario does to the cloud itself is no API call: periodic wake-ups must not be taken for idle after it.
    stage.cloud.touched()
    stage.cloud.kernel.settle()


__all__ = ["ACTS", "Stage", "do"]
