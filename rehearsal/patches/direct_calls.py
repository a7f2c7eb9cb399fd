"""Calls of this process to the services that it asks most, without HTTP in between.

botocore and moto take two milliseconds for a call, of which the service's own work is a tenth: the request is built,
routed, wrapped and taken apart again. Here the serialised request goes to moto's handler, and its answer to botocore's
parser. Whatever somebody could notice goes the long way: see `_way` and `_make_api_call`. An error that somebody may
want to retry does as well, and takes its answer along, so that botocore raises or retries as always.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient
from botocore.endpoint import Endpoint

from rehearsal import call_counts, direct_answers, known_answers, known_listings, moto_handlers, permitted
from rehearsal.cloud import current
from rehearsal.direct_answers import Answered
from rehearsal.known_answers import KnownAnswer
from rehearsal.patches import api_faults, ids
from rehearsal.patching import replace
from rehearsal.plain_requests import Writer

_MOMENTS = (
    "provide-client-params",
    "before-parameter-build",
    "before-call",
    "request-created",
    "before-parse",
    "response-received",
)
# botocore's own. They add headers that moto doesn't read, or look at parameters that these services don't have.
_HARMLESS = frozenset(
    {
        "generate_idempotent_uuid",
        "_handle_request_validation_mode_member",
        "block_endpoint_discovery_required_operations",
        "add_recursion_detection_header",
        "inject_api_version_header_if_needed",
        "MaxAttemptsSeeder.seed_max_attempts",
        "RequestSigner.handler",
        "UserAgentString.rebuild_and_replace_user_agent_handler",
        "add_retry_headers",
        # Powertools names itself in the user agent.
        "_create_feature_function.<locals>.add_powertools_feature",
    }
)
_QUESTIONS_KEPT = 256
_originals: dict[str, Any] = {}


@dataclass(frozen=True)
class _Way:
    """How one operation of one client is answered. None of it changes until somebody listens to the client's events."""

    service: str
    model: Any
    writer: Writer
    reader: direct_answers.Reader
    listeners: Any
    tokens: tuple[str, ...]
    """Members that botocore draws for a caller who hasn't given them."""
    reads: bool
    asked: dict[str, Any] = field(default_factory=dict)
    """Questions as they are sent, by their parameters."""


def apply() -> None:
    """Both are botocore's, which is pinned with moto."""
    _originals["call"] = replace(BaseClient, "_make_api_call", _make_api_call, expected="8cf5e08d8ddc")
    _originals["context"] = replace(Endpoint, "_update_retries_context", _update_context, expected="6dd6e2cb474f")


def _make_api_call(client: Any, operation: str, parameters: Any) -> Any:
    permitted.insist(client, operation, parameters)
    if operation == known_listings.OPERATION and _undisturbed(f"s3.{operation}"):
        return known_listings.listing(client, parameters, lambda: _originals["call"](client, operation, parameters))
    way = _way(client, operation)
    if way is None or not _undisturbed(f"{way.service}.{operation}"):
        return _originals["call"](client, operation, parameters)
    asked = _with_tokens(way, parameters)
    sent = _serialised(way, asked)
    if not moto_handlers.takes(way.service, sent):
        return _originals["call"](client, operation, asked)
    # Before the service's own ids, as ever: the same start gives the same ids, whichever way a call takes.
    invocation_number = ids.number()
    answered = _answered(client.meta, way.service, operation, sent)
    if answered.status < 300:
        return way.reader.read(answered)
    refusal = way.reader.refusal(answered)
    if refusal is not None:
        raise refusal
    known_answers.keep(KnownAnswer(answered.response(), str(ids.uuid_of(invocation_number))))
    return _originals["call"](client, operation, asked)


def has_short_way(client: Any, operation: str) -> bool:
    """Whether a call would be answered here now, as far as that doesn't depend on its parameters."""
    way = _way(client, operation)
    return way is not None and _undisturbed(f"{way.service}.{operation}")


def _with_tokens(way: _Way, parameters: Any) -> Any:
    missing = [name for name in way.tokens if name not in parameters]
    return {**parameters, **{name: str(uuid.uuid4()) for name in missing}} if missing else parameters


def _serialised(way: _Way, parameters: Any) -> Any:
    """The request. Who reads asks the same again and again, so that a question is checked and written once."""
    if not way.reads:
        return way.writer.written(parameters)
    question = repr(parameters)
    if question not in way.asked:
        if len(way.asked) >= _QUESTIONS_KEPT:
            way.asked.clear()
        way.asked[question] = way.writer.written(parameters)
    return way.asked[question]


def _undisturbed(call: str) -> bool:
    """No fault is planned for the call, and nobody has put himself between botocore and moto, to write calls down."""
    try:
        faults = current().faults
    except RuntimeError:
        return False
    return not faults.threaten("api", call) and not api_faults.is_listened_to()


def _way(client: Any, operation: str) -> _Way | None:
    """None if there is only the long one."""
    emitter = client.meta.events._emitter
    ways: dict[str, _Way | None] | None = client.__dict__.get("_rehearsal_ways")
    if ways is None:
        ways = client.__dict__["_rehearsal_ways"] = {}
    way = ways.get(operation)
    # botocore makes this dictionary anew for each change of who listens.
    if way is None or way.listeners is not emitter._lookup_cache:
        way = ways[operation] = _found_way(client, operation)
    return way


def _found_way(client: Any, operation: str) -> _Way | None:
    service_model = client.meta.service_model
    if not moto_handlers.answers(service_model.service_name, operation):
        return None
    model = service_model.operation_model(operation)
    host = client.meta.endpoint_url
    if not host.endswith(f".{client.meta.region_name}.amazonaws.com") or model.endpoint:
        return None
    name = f"{service_model.service_id.hyphenize()}.{operation}"
    if any(_listeners(client, f"{moment}.{name}") - _HARMLESS for moment in _MOMENTS):
        return None
    return _Way(
        service=api_faults.boto_name(service_model.service_id.hyphenize()),
        model=model,
        writer=Writer(client, model),
        reader=direct_answers.Reader(client, model, name),
        listeners=client.meta.events._emitter._lookup_cache,
        tokens=tuple(model.idempotent_members),
        reads=call_counts.is_read_only(operation),
    )


def _listeners(client: Any, event: str) -> set[str]:
    return {getattr(listener, "__qualname__", repr(listener)) for listener in direct_answers.listeners(client, event)}


def _answered(meta: Any, service: str, operation: str, sent: dict[str, Any]) -> Answered:
    call_counts.count(service, operation)
    url = meta.endpoint_url
    status, headers, body = moto_handlers.answer(service, operation, meta.region_name, url, sent)
    if call_counts.leaves_a_trace(operation):
        current().touched()
    return Answered(url, status, headers, body)


def _update_context(endpoint: Any, context: Any, attempt: int, success_response: Any = None) -> None:
    known = known_answers.look()
    if known is not None:
        context.setdefault("retries", {})["invocation-id"] = known.invocation_id
    _originals["context"](endpoint, context, attempt, success_response)
