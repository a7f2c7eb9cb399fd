"""botocore's reading of JSON answers. For each structure it looks for every member of the model, several calls each;
what a model says is found once here, and most values of an answer are as they should be. And who asks again and again
gets the same text again: it is read once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.parsers import BaseJSONParser, JSONParser

from rehearsal.patches.state_copies import copied
from rehearsal.patching import replace

_LONGEST_KEPT_BYTES = 20_000
_originals: dict[str, Any] = {}


def apply() -> None:
    """It is botocore's, which is pinned with moto."""
    _originals["body"] = replace(JSONParser, "_handle_json_body", _body, expected="1e4fc3b99cde")
    _originals["structure"] = replace(BaseJSONParser, "_handle_structure", _structure, expected="31e715d83448")


def _body(parser: Any, raw_body: bytes, shape: Any) -> Any:
    if shape is None or len(raw_body) > _LONGEST_KEPT_BYTES:
        return _originals["body"](parser, raw_body, shape)
    return copied(_read(_ByIdentity(parser, shape), raw_body))


class _ByIdentity:
    """A parser and a shape, which botocore keeps for as long as the client."""

    __slots__ = ("parser", "shape")

    def __init__(self, parser: Any, shape: Any) -> None:
        self.parser = parser
        self.shape = shape

    def __hash__(self) -> int:
        return hash((id(self.parser), id(self.shape)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.parser is other.parser and self.shape is other.shape


@lru_cache(maxsize=1024)
def _read(how: _ByIdentity, raw_body: bytes) -> Any:
    return _originals["body"](how.parser, raw_body, how.shape)


def _structure(parser: Any, shape: Any, value: Any) -> Any:
    parser_type: Any = type(parser)
    members = _members(parser_type, shape)
    if members is None or not isinstance(value, dict):
        return _originals["structure"](parser, shape, value)
    if shape.is_tagged_union and parser._has_unknown_tagged_union_member(shape, value):
        return _originals["structure"](parser, shape, value)
    parsed = {}
    for name, wire_name, member, is_plain in members:
        raw = value.get(wire_name)
        if raw is not None:
            parsed[name] = raw if is_plain else parser._parse_shape(member, raw)
    return parsed


@lru_cache(maxsize=4096)
def _members(parser_type: Any, shape: Any) -> tuple[tuple[str, str, Any, bool], ...] | None:
    """Names, shapes, and whether the parser leaves a value as it is; None for a document, which has no members."""
    if shape.is_document_type:
        return None
    return tuple(
        (name, member.serialization.get("name", name), member, not hasattr(parser_type, f"_handle_{member.type_name}"))
        for name, member in shape.members.items()
    )
