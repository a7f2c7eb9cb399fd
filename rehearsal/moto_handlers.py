"""moto's handlers for the services that are asked most, without the HTTP request that they are written for."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from moto import backends
from moto.awslambda.responses import LambdaResponse
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import HTTPException
from moto.core.utils import utcnow
from moto.dynamodb.responses import DynamoHandler
from moto.events.responses import EventsHandler
from moto.sagemaker.responses import SageMakerResponse
from moto.scheduler.responses import EventBridgeSchedulerResponse
from moto.stepfunctions.responses import StepFunctionResponse
from moto.utilities.utils import get_partition
from werkzeug.datastructures import Headers
from werkzeug.http import http_date

_HANDLERS: dict[str, Any] = {
    "cloudwatch": CloudWatchResponse,
    "dynamodb": DynamoHandler,
    "events": EventsHandler,
    "lambda": LambdaResponse,
    "sagemaker": SageMakerResponse,
    "scheduler": EventBridgeSchedulerResponse,
    "stepfunctions": StepFunctionResponse,
}
_BACKENDS: dict[str, Any] = {
    service: backends.get_backend("awslambda" if service == "lambda" else service) for service in _HANDLERS
}
# In a service that names operations by path, those whose handler finds all that it reads in the address and the body;
# in CloudWatch, those without times, which only moto's parser of requests makes of text.
_ONLY = {
    "cloudwatch": ("DescribeAlarms", "PutMetricAlarm", "DeleteAlarms"),
    "lambda": ("Invoke",),
    "scheduler": ("CreateSchedule", "UpdateSchedule", "DeleteSchedule", "GetSchedule", "ListSchedules"),
}
# Attributes of these types come as base64, which only moto's parser of requests undoes.
_BINARY = (b'"B":', b'"BS":')


def answers(service: str, operation: str) -> bool:
    """Whether an operation can be asked for here."""
    return service in _HANDLERS and operation in _ONLY.get(service, (operation,))


def takes(service: str, sent: dict[str, Any]) -> bool:
    """Whether this request, as botocore serialised it, can be: it has all that it says in its address and body."""
    body = sent["body"]
    if not isinstance(body, bytes) or (sent["query_string"] and service != "scheduler"):
        return False
    return service != "dynamodb" or not any(mark in body for mark in _BINARY)


def answer(service: str, operation: str, region: str, url: str, sent: dict[str, Any]) -> tuple[int, Any, Any]:
    """Status, headers and body as moto's own door gives them."""
    # moto's door looks for the service's paths here. A backend draws an id when it is made, so that has to happen.
    _BACKENDS[service][DEFAULT_ACCOUNT_ID]
    handler = _handler(service, operation, region, url, sent)
    try:
        status, headers, body = handler.call_action()
    except HTTPException as error:
        return error.code, error.get_headers(), error.get_body()
    return int(status), headers, body


def _handler(service: str, operation: str, region: str, url: str, sent: dict[str, Any]) -> Any:
    """With what BaseResponse.setup_class reads from a request. IAM isn't told: the rehearsal's key is nobody's."""
    handler = _HANDLERS[service]()
    handler.normalized_request = None
    handler.is_werkzeug_request = False
    handler.method = sent["method"]
    handler.uri = url + sent["url_path"]
    handler.path = handler.raw_path = sent["url_path"]
    handler.headers = Headers(sent["headers"])
    handler.raw_body = sent["body"]
    handler.body = sent["body"].decode()
    handler.querystring = handler.data = _as_lists(sent["query_string"])
    handler.uri_match = {}
    handler.region = region
    handler.partition = get_partition(region)
    handler.current_account = handler.get_current_account()
    handler.response_headers = {"server": "amazon.com", "date": _date(utcnow().replace(microsecond=0))}
    handler._get_action = lambda: operation
    if handler.automated_parameter_parsing:
        handler.params = json.loads(handler.body)
    return handler


@lru_cache(maxsize=64)
def _date(second: datetime) -> str:
    return http_date(second)


def _as_lists(query: Any) -> dict[str, list[str]]:
    """As moto reads them off the address. Without any, botocore gives an empty text."""
    return {name: list(map(str, value if isinstance(value, list) else [value])) for name, value in dict(query).items()}
