"""What the caller of an operation gets of an answer that came without HTTP: as botocore's parsers make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.endpoint import convert_to_response_dict
from botocore.parsers import JSONParser
from moto.core.botocore_stubber import MockRawResponse

from rehearsal.json_shapes import reader
from rehearsal.moto_handlers import has_bytes

_ID_HEADER = "x-amzn-requestid"
# Of the refusals that no retry is made for in any of botocore's modes, those that the service lives with.
_FINAL = frozenset(
    {
        "ConditionalCheckFailedException",
        "ConflictException",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "ValidationException",
    }
)
_QUOTA = "RetryQuotaChecker.release_retry_quota"


@dataclass(frozen=True, slots=True)
class Answered:
    """What moto's handler gave."""

    url: str
    status: int
    headers: Any
    body: str | bytes

    def response(self) -> AWSResponse:
        raw: Any = MockRawResponse(self.body)
        return AWSResponse(self.url, self.status, self.headers, raw)


@dataclass(frozen=True, slots=True)
class _Status:
    """All of a response that the quota of retries looks at."""

    status_code: int


class Reader:
    """Reads the answers to one operation of one client."""

    def __init__(self, client: Any, model: Any, name: str) -> None:
        """`name` is the operation's in botocore's events."""
        self._client = client
        self._model = model
        protocol = model.service_model.resolved_protocol
        self._parser = client._endpoint._response_parser_factory.create_parser(protocol)
        self._after_call = f"after-call.{name}"
        self._quotas = _quotas(client, self._after_call)
        self._is_json = type(self._parser) is JSONParser
        self._is_plain = self._is_json and not model.has_event_stream_output and not model.has_streaming_output
        if self._is_plain and model.output_shape is not None:
            self._reads_bytes = reader(self._parser, model.output_shape)
            self._reads_plain = reader(
                self._parser, model.output_shape, attributes_are_plain=model.service_model.service_name == "dynamodb"
            )
        self._raises = all(_is_botocores(each) for each in listeners(client, f"needs-retry.{name}"))

    def read(self, answered: Answered) -> Any:
        """The answer of a call that succeeded."""
        if not self._is_plain or answered.status >= 300:
            response = answered.response()
            parsed = self._parser.parse(convert_to_response_dict(response, self._model), self._model.output_shape)
            parsed["ResponseMetadata"]["RetryAttempts"] = 0
            self._tell(response, parsed)
            return parsed
        body = answered.body.encode() if isinstance(answered.body, str) else answered.body
        parsed = self._parsed(body)
        headers = {str(name).lower(): value for name, value in answered.headers.items()}
        about = parsed["ResponseMetadata"] = {"RequestId": headers[_ID_HEADER]} if _ID_HEADER in headers else {}
        about |= {"HTTPStatusCode": answered.status, "HTTPHeaders": headers, "RetryAttempts": 0}
        self._tell(answered, parsed)
        return parsed

    def _parsed(self, body: bytes) -> Any:
        if self._model.output_shape is None:
            return {}
        value = self._parser._parse_body_as_json(body)
        return (self._reads_bytes if has_bytes(body) else self._reads_plain)(value)

    def refusal(self, answered: Answered) -> Exception | None:
        """What botocore raises for it, if it makes no second attempt; None if that is botocore's to decide."""
        if not self._is_json or not self._raises or not 400 <= answered.status < 500:
            return None
        response = answered.response()
        given = convert_to_response_dict(response, self._model)
        parsed = self._parser.parse(given, self._model.output_shape)
        code = parsed.get("Error", {}).get("Code")
        if code not in _FINAL:
            return None
        self._client._endpoint._add_modeled_error_fields(given, parsed, self._model, self._parser)
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        self._tell(response, parsed)
        refusal: Exception = self._client.exceptions.from_code(code)(parsed, self._model.name)
        return refusal

    def _tell(self, response: AWSResponse | Answered, parsed: Any) -> None:
        """What the SDK may still spend on retries is counted here."""
        if self._quotas is not None:
            status = response.status if isinstance(response, Answered) else response.status_code
            for release in self._quotas:
                release(context={}, http_response=_Status(status))
            return
        told = response.response() if isinstance(response, Answered) else response
        emit = self._client.meta.events.emit
        emit(self._after_call, http_response=told, parsed=parsed, model=self._model, context={})


def listeners(client: Any, event: str) -> list[Any]:
    """Who hears of an event of the client."""
    events = client.meta.events
    return list(events._emitter._handlers.prefix_search(events._alias_event_name(event)))


def _quotas(client: Any, event: str) -> list[Any] | None:
    """None if anybody else than the SDK's quota of retries listens."""
    found = listeners(client, event)
    return found if all(getattr(each, "__qualname__", "") == _QUOTA for each in found) else None


def _is_botocores(listener: Any) -> bool:
    module = getattr(listener, "__module__", None) or type(listener).__module__
    return module.startswith("botocore.")
