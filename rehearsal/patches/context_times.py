"""Times in the context object as AWS writes them: 2026-03-01T00:00:00.000Z."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.eval.evaluation_details import ExecutionDetails
from moto.stepfunctions.parser.backend.execution import Execution

from rehearsal.patching import replace


def apply() -> None:
    replace(state, "StateData", _state_data, expected="3ee318f50da9")
    replace(Execution, "get_start_execution_details", _execution_details, expected="d69a5ad92f48")


def _state_data(EnteredTime: str, Name: str) -> dict[str, Any]:
    return {"EnteredTime": written(datetime.fromisoformat(EnteredTime)), "Name": Name, "RetryCount": 0}


def _execution_details(self: Any) -> ExecutionDetails:
    return ExecutionDetails(
        arn=self.exec_arn,
        name=self.name,
        role_arn=self.role_arn,
        inpt=self.input_data,
        start_time=written(self.start_date),
    )


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
