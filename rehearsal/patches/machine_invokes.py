"""A state machine's call of a Lambda function, without the request and the answer around the event and the payload.

Whatever somebody could notice goes the long way: a fault, a listener, a qualifier, another kind of invocation, and a
function that isn't there.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from rehearsal import call_counts, moto_handlers, permitted
from rehearsal.cloud import current
from rehearsal.lambdas.invoke import Answer, invoke
from rehearsal.patches import direct_calls, ids
from rehearsal.patching import replace

_PARAMETERS = {"FunctionName", "Payload"}
# As in moto: the size of the object, and what the caller gets instead.
_LARGEST_PAYLOAD_BYTES = 6_000_000
_TOO_LARGE = {
    "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    "errorType": "Function.ResponseSizeTooLarge",
}
_REQUEST_ID_LENGTH = 52
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["invoke"] = replace(
        lambda_eval_utils, "_invoke_lambda_function", _invoke_lambda_function, expected="0ebcddb746e4"
    )


def _invoke_lambda_function(parameters: dict[str, Any], region: str, state_credentials: Any) -> Any:
    client = lambda_eval_utils.boto_client_for(service="lambda", region=region, state_credentials=state_credentials)
    function = _function(parameters, region)
    if function is None or not direct_calls.has_short_way(client, "Invoke"):
        return _originals["invoke"](parameters, region, state_credentials)
    permitted.insist(client, "Invoke", parameters)
    # What the long way draws, in its order: botocore's id of the call, the service's, and moto's of the answer.
    ids.number()
    call_counts.count("lambda", "Invoke")
    moto_handlers.visit("lambda")
    answer = invoke(function, json.loads(parameters["Payload"] or "{}"))
    mock_random.get_random_string(length=_REQUEST_ID_LENGTH)
    return _told(answer)


def _function(parameters: dict[str, Any], region: str) -> Any:
    if parameters.keys() != _PARAMETERS or not isinstance(parameters["Payload"], bytes):
        return None
    backend = lambda_backends[current().settings.account_id][region]
    try:
        return backend.get_function(parameters["FunctionName"], None)
    except LambdaClientError:
        return None


def _told(answer: Answer) -> dict[str, Any]:
    """As the SDK reads it off the answer, with the payload as JSON."""
    failed = {} if answer.error is None else {"FunctionError": "Unhandled"}
    if sys.getsizeof(answer.payload.encode()) > _LARGEST_PAYLOAD_BYTES:
        return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": dict(_TOO_LARGE)}
    return {"StatusCode": 200, **failed, "Payload": json.loads(answer.payload)}
