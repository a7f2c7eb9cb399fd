"""What a model's container does with a request, where the model says so: variables of its container's Environment.

`REHEARSAL_ANSWER` is the body it answers with, `REHEARSAL_STATUS` an HTTP status that isn't 200, and
`REHEARSAL_LATENCY_MS` how long it takes. So a test says of a model what its own code would do on AWS.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rehearsal.cloud import current
from rehearsal.lambdas.frames import running_frame
from rehearsal.sagemaker.containers import refused_by, variables_of

if TYPE_CHECKING:
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.runtime import Answer
    from rehearsal.sagemaker.twin import Twin


def played(twin: Twin, name: str, answer: Answer) -> Answer:
    """The answer as the model's variables have it, after the time that it takes. Raises ContainerError."""
    endpoint = twin.endpoints.get(name)
    if endpoint is None:
        return answer
    variables = _variables(twin, endpoint, answer.variant)
    _take(twin.cold_starts.seconds(endpoint) + float(variables.get("REHEARSAL_LATENCY_MS", 0)) / 1000)
    refused = refused_by(variables)
    if refused is not None:
        raise refused
    body = variables.get("REHEARSAL_ANSWER")
    return answer if body is None else replace(answer, body=body.encode())


def _variables(twin: Twin, endpoint: Endpoint, variant: str) -> dict[str, Any]:
    fleet = endpoint.serving()
    return variables_of(twin, fleet.variant(variant) if fleet is not None else None)


def _take(seconds: float) -> None:
    """Only who runs on the virtual clock can wait on it: functions and tasks. Others get their answers at once."""
    if not seconds:
        return
    if running_frame() is not None:
        time.sleep(seconds)
    elif current().kernel.in_task():
        current().kernel.sleep(seconds)
