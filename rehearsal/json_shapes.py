"""Readers of JSON answers, one per shape: what a model says is looked up once, and whatever is plain stays as it is.

They give what botocore's parser gives, in its order: it looks for every member of the model, several calls each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

Convert = Callable[[Any], Any]


def reader(parser: Any, shape: Any, *, attributes_are_plain: bool = False) -> Convert:
    """From what json.loads gave to what botocore's JSON parser makes of it. The value may be used up.

    `attributes_are_plain`: DynamoDB's attributes hold no bytes, all that would have to be changed in them.
    """
    convert = _Readers(parser, attributes_are_plain).of(shape)
    return convert or _unchanged


def _unchanged(value: Any) -> Any:
    return value


class _Readers:
    """None stands for a reader that changes nothing."""

    def __init__(self, parser: Any, attributes_are_plain: bool) -> None:
        self._parser = parser
        self._attributes_are_plain = attributes_are_plain
        self._under_way: set[str] = set()

    def of(self, shape: Any) -> Convert | None:
        kind = shape.type_name
        if kind == "structure":
            return self._of_structure(shape)
        if kind == "list":
            return _list(self.of(shape.member))
        if kind == "map":
            return self._of_map(shape)
        if kind == "timestamp":
            return lru_cache(maxsize=256)(self._parser._timestamp_parser)
        return self._botocores(shape) if hasattr(self._parser, f"_handle_{kind}") else None

    def _botocores(self, shape: Any) -> Convert:
        return lambda value: self._parser._parse_shape(shape, value)

    def _of_structure(self, shape: Any) -> Convert | None:
        if self._attributes_are_plain and shape.name == "AttributeValue":
            return None
        if shape.is_document_type or shape.is_tagged_union or shape.name in self._under_way:
            return self._botocores(shape)
        self._under_way.add(shape.name)
        members = tuple(
            (name, member.serialization.get("name", name), self.of(member)) for name, member in shape.members.items()
        )
        self._under_way.remove(shape.name)
        return _structure(members)

    def _of_map(self, shape: Any) -> Convert | None:
        if shape.key.type_name != "string" or hasattr(self._parser, "_handle_string"):
            return self._botocores(shape)
        return _map(self.of(shape.value))


def _structure(members: tuple[tuple[str, str, Convert | None], ...]) -> Convert:
    def convert(value: Any) -> Any:
        if value is None:
            return None
        found = {}
        for name, wire_name, inner in members:
            raw = value.get(wire_name)
            if raw is not None:
                found[name] = raw if inner is None else inner(raw)
        return found

    return convert


def _list(inner: Convert | None) -> Convert | None:
    return inner and (lambda value: [None if each is None else inner(each) for each in value])


def _map(inner: Convert | None) -> Convert | None:
    return inner and (lambda value: {key: inner(each) for key, each in value.items()})
