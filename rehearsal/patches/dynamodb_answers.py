"""DynamoDB's answers, written as they are. moto looks up each member of the model under half a dozen names, which takes
longer than all the rest of a call; its own handlers already give plain dictionaries in the names that AWS uses. And it
asks six questions of each attribute before it takes it for what it is."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from moto.core.responses import BaseResponse
from moto.dynamodb import responses
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.responses import DynamoResult

from rehearsal.patching import replace

_CONTENT_TYPE = "application/x-amz-json-1.0"
_AS_THEY_ARE = frozenset({str, bool, int, float, type(None)})
_originals: dict[str, Any] = {}


def apply() -> None:
    """Only DynamoDB's results; all others are serialised as before."""
    _originals["plain"] = replace(responses, "dynamo_to_dict", _plain, expected="80f600124c13")
    _originals["serialized"] = replace(BaseResponse, "serialized", _serialized, expected="c3e692950911")


def _serialized(self: Any, action_result: Any) -> Any:
    if isinstance(action_result, DynamoResult) and isinstance(action_result.result, dict):
        # Binary attributes and times are moto's to write.
        with suppress(TypeError):
            text = json.dumps(action_result.result)
            return 200, {"Content-Type": _CONTENT_TYPE, **self.response_headers}, text
    return _originals["serialized"](self, action_result)


def _plain(value: Any) -> Any:
    """Attributes as they go over the wire."""
    kind = type(value)
    if kind is DynamoType and value.type not in ("B", "BS"):
        inner = value.value
        return {value.type: inner if type(inner) in _AS_THEY_ARE else _plain(inner)}
    if kind in _AS_THEY_ARE:
        return value
    if kind is list:
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return _originals["plain"](value)
