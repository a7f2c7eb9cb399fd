"""moto's handlers for the services that are asked most, without the HTTP request that they are written for."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from moto import backends
from moto.awslambda.responses import LambdaResponse
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import HTTPException
from moto.dynamodb.responses import DynamoHandler
from moto.events.responses import EventsHandler
from moto.sagemaker.responses import SageMakerResponse
from moto.scheduler.responses import EventBridgeSchedulerResponse
from moto.sns.responses import SNSResponse
from moto.stepfunctions.responses import StepFunctionResponse
from moto.utilities.utils import get_partition
from werkzeug.datastructures import Headers
from werkzeug.http import http_date

from rehearsal.cloud import current

_HANDLERS: dict[str, Any] = {
    "cloudwatch": CloudWatchResponse,
    "dynamodb": DynamoHandler,
    "events": EventsHandler,
    "lambda": LambdaResponse,
    "sagemaker": SageMakerResponse,
    "sns": SNSResponse,
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
    "sns": ("Publish",),
    "scheduler": ("CreateSchedule", "UpdateSchedule", "DeleteSchedule", "GetSchedule", "ListSchedules"),
}
# Attributes of these types come as base64, which only moto's parser of requests undoes.
_BINARY = (b'"B":', b'"BS":')


def has_bytes(body: bytes) -> bool:
    """Whether an attribute of DynamoDB may be binary. A text may look so too."""
    return b'"B' in body and any(mark in body for mark in _BINARY)


def answers(service: str, operation: str) -> bool:
    """Whether an operation can be asked for here."""
    return service in _HANDLERS and operation in _ONLY.get(service, (operation,))


def takes(service: str, sent: dict[str, Any]) -> bool:
    """Whether this request, as botocore serialised it, can be: it has all that it says in its address and body."""
    body = sent["body"]
    if service == "sns":
        return _is_flat(body)
    if not isinstance(body, bytes) or (sent["query_string"] and service != "scheduler"):
        return False
    return service != "dynamodb" or not has_bytes(body)


def visit(service: str) -> None:
    """moto's door looks for the service's paths here. A backend draws an id when it is made, so that has to happen."""
    _BACKENDS[service][DEFAULT_ACCOUNT_ID]


def answer(service: str, operation: str, region: str, url: str, sent: dict[str, Any]) -> tuple[int, Any, Any]:
    """Status, headers and body as moto's own door gives them."""
    visit(service)
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
    handler.headers = _headers(tuple(sent["headers"].items()))
    handler.raw_body, handler.body = _body(sent)
    handler.querystring = handler.data = _as_lists(sent["query_string"])
    handler.uri_match = {}
    handler.region = region
    handler.partition = _partition(region)
    handler.current_account = current().settings.account_id
    handler.response_headers = {"server": "amazon.com", "date": _date(current().kernel.now_us // 1_000_000)}
    handler._get_action = lambda: operation
    if handler.automated_parameter_parsing:
        handler.params = _named(sent["body"]) if service == "sns" else json.loads(handler.body)
    return handler


def _is_flat(form: Any) -> bool:
    """A form of nothing but texts: lists and maps have names with points."""
    return isinstance(form, dict) and all(isinstance(value, str) and "." not in name for name, value in form.items())


def _named(form: dict[str, str]) -> dict[str, str]:
    """The parameters of a form, without what says which operation it is."""
    return {name: value for name, value in form.items() if name not in ("Action", "Version")}


def _body(sent: dict[str, Any]) -> tuple[bytes, str]:
    """A form's is never read: its handler reads the parameters."""
    body = sent["body"]
    return (body, body.decode()) if isinstance(body, bytes) else (b"", "")


@lru_cache(maxsize=256)
def _headers(sent: tuple[tuple[str, str], ...]) -> Headers:
    """Handlers only read them."""
    return Headers(sent)


@lru_cache(maxsize=16)
def _partition(region: str) -> str:
    found: str = get_partition(region)
    return found


@lru_cache(maxsize=64)
def _date(seconds_since_1970: int) -> str:
    return http_date(seconds_since_1970)


def _as_lists(query: Any) -> dict[str, list[str]]:
    """As moto reads them off the address. Without any, botocore gives an empty text."""
    return {name: list(map(str, value if isinstance(value, list) else [value])) for name, value in dict(query).items()}
