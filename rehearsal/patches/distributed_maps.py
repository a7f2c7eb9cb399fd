"""Distributed Map: failures beyond what is tolerated end it, and its items see no variables from outside.

moto tolerates every failure and leaves a null in its place. Items still run inside the execution: no child executions.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
    distributed_item_processor_worker,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramError
from moto.stepfunctions.parser.asl.eval.states import ItemData, MapData

from rehearsal.patches.context_times import written
from rehearsal.patching import replace

_TOO_MANY = "The specified tolerated failure threshold was exceeded"


def apply() -> None:
    worker = distributed_item_processor_worker.DistributedItemProcessorWorker
    replace(worker, "_eval_job", _eval_job, expected="73bf5710be17")


def _eval_job(self: Any, env: Any, job: Any) -> None:
    record = self._map_run_record
    counters = (record.item_counter, record.execution_counter)
    for counter in counters:
        counter.total.count()
        counter.running.count()
    began = datetime.now(UTC)
    try:
        job.job_output = _output(self, env, job, began)
    except FailureEventException as error:
        # Of ItemSelector, or too many failures: the whole Map's.
        job.job_output = error
    finally:
        for counter in counters:
            counter.running.offset(-1)


def _output(worker: Any, env: Any, job: Any, began: datetime) -> Any:
    record = worker._map_run_record
    env.states.context_object.context_object_data["Map"] = MapData(
        Item=ItemData(Index=job.job_index, Value=job.job_input)
    )
    env.states.reset(job.job_input)
    env.stack.append(env.states.get_input())
    worker._eval_input(env_frame=env)
    given = env.states.get_input()
    # An item is an execution of its own: it knows what ItemSelector gave it.
    env.variable_store._outer_scope.clear()
    job.job_program.eval(env)
    ended = env.program_state()
    if not isinstance(ended, ProgramError):
        for counter in (record.item_counter, record.execution_counter):
            counter.succeeded.count()
            counter.results_written.count()
        return env.states.get_input()
    for counter in (record.item_counter, record.execution_counter):
        counter.failed.count()
    if _exceeds(record, worker._job_pool._jobs_number):
        raise _too_many(env)
    return _described(record, ended.error or {}, given, began)


def _exceeds(record: Any, items: int) -> bool:
    """Of two thresholds a 0 says nothing: AWS shows the one that was not given as 0."""
    failed = record.item_counter.failed.get()
    count, percentage = record.tolerated_failure_count, record.tolerated_failure_percentage
    if not count and not percentage:
        return True
    return bool((count and failed > count) or (percentage and failed * 100 > percentage * items))


def _too_many(env: Any) -> FailureEventException:
    name = StatesErrorNameType.StatesExceedToleratedFailureThreshold
    details = ExecutionFailedEventDetails(error=name.to_name(), cause=_TOO_MANY)
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=name),
            event_type=HistoryEventType.MapRunFailed,
            event_details=EventDetails(executionFailedEventDetails=details),
        )
    )


def _described(record: Any, error: Any, given: Any, began: datetime) -> dict[str, Any]:
    """A failed item's result is its execution as AWS describes it ("ResultWriter (Map)"). There is none here."""
    name = str(uuid.uuid4())
    of_execution = record.map_state_machine_arn.replace(":stateMachine:", ":execution:")
    described = {
        "Cause": error.get("cause"),
        "Error": error.get("error"),
        "ExecutionArn": f"{of_execution}:{name}",
        "Input": json.dumps(given, separators=(",", ":")),
        "InputDetails": {"Included": True},
        "Name": name,
        "RedriveCount": 0,
        "RedriveStatus": "REDRIVABLE",
        "StartDate": written(began),
        "StateMachineArn": record.map_state_machine_arn,
        "Status": "FAILED",
        "StopDate": written(datetime.now(UTC)),
    }
    return {name: value for name, value in described.items() if value is not None}
